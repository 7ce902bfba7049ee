#!/bin/sh
# Make the virtual environment $1 with the first Python of 3.11 or newer that works, unless it stands already.
set -eu
. "$(dirname "$0")/system.sh"
venv=$1
enough='import sys; sys.exit(sys.version_info < (3, 11))'

"$venv/bin/python" -c "$enough" 2>/dev/null && exit 0
for python in python3.13 python3.12 python3.11 python3; do
    "$python" -c "$enough" 2>/dev/null || continue
    # Debian packs venv's pip apart from Python itself.
    "$python" -c 'import ensurepip, venv' 2>/dev/null || debian "$("$python" -c \
        'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    exec "$python" -m venv --clear "$venv"
done
missing "Python 3.11 or newer" "apt-get install python3 python3-venv, or brew install python@3.12"
