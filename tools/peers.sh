#!/bin/sh
# What Huiyin is measured beside (bench/peers.md), each in an environment of its own under .cache/peers, with the Python
# that we run on. Rasa needs another: tools/rasa.sh.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/tools/system.sh"
python=$here/.venv/bin/python

[ -x "$python" ] || missing "Huiyin's own environment" "make setup"
for peer in opsdroid werobot; do
    lock=$here/bench/peers/$peer.lock
    home=$here/.cache/peers/$peer
    cmp -s "$lock" "$home/.installed.lock" && continue
    "$python" -m venv --clear "$home"
    "$home/bin/python" -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r "$lock"
    cp "$lock" "$home/.installed.lock"
done
