#!/bin/sh
# Stops the embedded servers of this project and removes what was made: var/, caches, compiled translations.
set -eu
cd "$(dirname "$0")/.."
for home in var/postgres var/test/postgres; do
    if [ -e "$home" ] && [ -x .venv/bin/python ]; then
        PYTHONPATH=src .venv/bin/python -m abonent.base.postgres erase "$home"
    fi
done
rm -rf var .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
find src -name '*.mo' -delete
find src tests scripts benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
