#!/bin/sh
# Every linter, also when an earlier one complained; fails when any did.
set -u
cd "$(dirname "$0")/.."
# Some load the settings; any portal will do.
export ABONENT_TESTING=1 ABONENT_PORTAL=aes ABONENT_HOME="$PWD/var/test"
failed=
check() {
    printf '== %s\n' "$1"
    shift
    "$@" || failed=yes
}
python=.venv/bin/python
check "ruff" $python -m ruff check .
check "ruff format" $python -m ruff format --check .
check "mypy" $python -m mypy
check "the floors of the house" .venv/bin/lint-imports --no-logo
check "migrations" $python -W ignore::RuntimeWarning -m django makemigrations --check --dry-run --settings=abonent.settings
check "translations" $python scripts/messages.py check
[ -z "$failed" ] || { echo "Linters complain, see above" >&2; exit 1; }
