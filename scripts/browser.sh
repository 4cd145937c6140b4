#!/bin/sh
# Says where the browser of the tests is; installs Debian's chromium when there is none and we are root.
set -eu
find_browser() {
    for name in ${ABONENT_BROWSER:-} chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" && return 0
    done
    return 1
}

find_browser && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing chromium for the browser tests" >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } >&2
    find_browser && exit 0
fi
echo "The browser tests need Chromium. Please run: sudo apt-get install chromium" >&2
exit 1
