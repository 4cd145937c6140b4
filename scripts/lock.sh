#!/bin/sh
# Writes requirements/*.lock from requirements/*.in: pinned, with hashes, naming no index. Kept versions stay;
# `UPGRADE=1 make lock` takes the newest.
set -eu
cd "$(dirname "$0")/.."
# uv does not read pip's configuration; whoever has an index of their own has it there.
index=$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)
if [ -n "$index" ]; then export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"; fi
export UV_CUSTOM_COMPILE_COMMAND="make lock"
for name in run dev bench; do
    .venv/bin/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        ${UPGRADE:+--upgrade} \
        "requirements/$name.in" --output-file "requirements/$name.lock" ||
        { echo "make lock needs uv: .venv/bin/pip install uv" >&2; exit 1; }
done
