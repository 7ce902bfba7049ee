#!/bin/sh
# The slow tests of the case bridge run a real Request Tracker 5 beside the gateway. They start it themselves, over a
# copy of the SQLite database that Debian's package fills when it is installed.
set -eu
. "$(dirname "$0")/system.sh"

[ -x /usr/share/request-tracker5/libexec/rt-server ] && [ -r /var/lib/dbconfig-common/sqlite3/request-tracker5/rtdb ] && exit 0
[ "$(uname)" = Darwin ] && missing "Request Tracker 5" "no package for macOS: run the slow tests of the case bridge in Debian"
debian request-tracker5 rt5-db-sqlite rt5-standalone
