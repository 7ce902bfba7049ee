#!/bin/sh
# The tests of the SMS channel put a real Kannel between the gateway and the simulated carrier. Debian's package starts a
# service of its own, with a WAP box on all interfaces; we start what we need ourselves, so it is stopped and disabled.
set -eu
. "$(dirname "$0")/system.sh"

[ -x /usr/sbin/bearerbox ] && [ -x /usr/sbin/smsbox ] && exit 0
[ "$(uname)" = Darwin ] && missing Kannel "no package for macOS: run the tests of the SMS channel in Debian"
debian kannel
$as_root service kannel stop >/dev/null 2>&1 || true
$as_root update-rc.d kannel disable >/dev/null 2>&1 || true
