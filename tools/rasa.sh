#!/bin/sh
# The environment $1 (.cache/rasa) in which Rasa runs as a server of its own: it needs Python 3.10, whatever Python we
# run on, which is looked for on the PATH, among pyenv's and with uv. Installed anew only when the lock has changed.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/tools/system.sh"
home=${1:-$here/.cache/rasa}
lock=$here/nlu/rasa/requirements.lock
right='import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != (3, 10))'

candidates() {
    echo python3.10
    command -v pyenv >/dev/null && ls -d "$(pyenv root)"/versions/3.10*/bin/python 2>/dev/null
    for uv in uv "$here/.venv/bin/uv"; do
        command -v "$uv" >/dev/null && "$uv" python find --no-python-downloads 3.10 2>/dev/null
    done
    return 0
}

python() {
    for candidate in $(candidates); do
        "$candidate" -c "$right" 2>/dev/null && echo "$candidate" && return
    done
    missing "Python 3.10 for Rasa 3.6.21" "apt-get install python3.10-venv, pyenv install 3.10, or uv python install 3.10"
}

cmp -s "$lock" "$home/.installed.lock" && exit 0
found=$(python)
"$found" -m venv --clear "$home"
"$home/bin/python" -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r "$lock"
cp "$lock" "$home/.installed.lock"
