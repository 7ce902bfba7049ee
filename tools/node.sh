#!/bin/sh
# What tries the mini-program: Node and the packages of tests/miniprogram/package-lock.json, in node_modules beside it.
# Nothing is downloaded again while the lock is the one that was installed, and no package runs a script of its own.
set -eu
. "$(dirname "$0")/system.sh"
home=$(dirname "$0")/../tests/miniprogram
enough='process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)'

command -v npm >/dev/null && node -e "$enough" || {
    [ "$(uname)" = Darwin ] && missing "Node 18 or newer" "brew install node"
    debian nodejs npm
}
cd "$home"
cmp -s package-lock.json node_modules/.installed.json && exit 0
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
cp package-lock.json node_modules/.installed.json
