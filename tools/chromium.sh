#!/bin/sh
# The browser tests need Chromium and a Chinese font; on Debian both are installed, elsewhere they are asked for.
set -eu
. "$(dirname "$0")/system.sh"

if [ "$(uname)" = Darwin ]; then
    [ -x "${CHROME:-/Applications/Google Chrome.app/Contents/MacOS/Google Chrome}" ] ||
        missing "Google Chrome" "brew install --cask google-chrome, or CHROME=/path/to/it"
    exit 0
fi
[ -x "${CHROME:-}" ] || command -v chromium >/dev/null || debian chromium
fc-list :lang=zh 2>/dev/null | grep -q . || debian fonts-noto-cjk
