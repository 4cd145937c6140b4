#!/bin/sh
# Makes .venv from a lock file: `scripts/environment.sh run` or `dev`. Does nothing when it is up to date.
# The project itself is not installed but pointed to: no build tool is needed, and a change is seen at once.
set -eu
cd "$(dirname "$0")/.."
purpose=$1
lock=requirements/$purpose.lock
venv=.venv
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }
fingerprint() { cat "requirements/$1.lock" scripts/environment.sh | sha256sum | cut -d' ' -f1; }

# Its programs hold its path: a project that was moved needs a new one.
works() {
    [ "$(cat "$venv/.made-at" 2>/dev/null || echo "$PWD")" = "$PWD" ] && "$venv/bin/python" -c '' 2>/dev/null
}

# An environment made for development also serves to run.
is_fresh() {
    works || return 1
    for made in "$@"; do
        stamp=$venv/.made-from-$made
        [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint "$made")" ] && return 0
    done
    return 1
}

as_root_or_say() {  # package...
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "Installing $*"
        apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >&2
    else
        fail "Please run: sudo apt-get install $*    and then make again."
    fi
}

need_python() {
    command -v "$python" >/dev/null || as_root_or_say python3 python3-venv
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "Python 3.11 or newer is needed; $python is $("$python" -V). Name another one: PYTHON=python3.12 make"
    "$python" -c 'import ensurepip' 2>/dev/null || as_root_or_say "$(venv_package)"
}

venv_package() {
    "$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])'
}

make_environment() {
    say "Making the environment from $lock"
    if ! works; then
        rm -rf "$venv"
        "$python" -m venv "$venv"
        printf '%s\n' "$PWD" > "$venv/.made-at"
    fi
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" ||
        fail "The environment could not be made (see above). Is the package index reachable?"
}

point_to_the_project() {
    site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    printf '%s\n' "$PWD/src" > "$site/abonent.pth"
    cat > "$venv/bin/abonent" <<LAUNCHER
#!/bin/sh
exec "$PWD/$venv/bin/python" -m abonent "\$@"
LAUNCHER
    chmod 755 "$venv/bin/abonent"
}

if [ "$purpose" = run ]; then is_fresh run dev bench && exit 0; fi
if [ "$purpose" = dev ]; then is_fresh dev bench && exit 0; fi
is_fresh "$purpose" && exit 0
need_python
make_environment
point_to_the_project
fingerprint "$purpose" > "$venv/.made-from-$purpose"
