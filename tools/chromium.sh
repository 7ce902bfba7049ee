#!/bin/sh
# The browser tests need Chromium and a Chinese font; on Debian both are installed, elsewhere they are asked for.
set -eu
. "$(dirname "$0")/system.sh"

mac="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
if [ "$(uname)" = Darwin ]; then
    [ -x "$mac" ] || missing "Google Chrome" "brew install --cask google-chrome"
    exit 0
fi
command -v chromium >/dev/null || debian chromium
fc-list :lang=zh 2>/dev/null | grep -q . || debian fonts-noto-cjk
