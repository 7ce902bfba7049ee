#!/bin/sh
# The tests of the SMS channel put a real Kannel between the gateway and the simulated carrier, and a real redis behind it,
# where it keeps open receipts. Debian's packages start services of their own, Kannel's with a WAP box on all interfaces;
# we start what we need ourselves, so they are stopped and disabled.
set -eu
. "$(dirname "$0")/system.sh"

[ -x /usr/sbin/bearerbox ] && [ -x /usr/sbin/smsbox ] && [ -x /usr/bin/redis-server ] && exit 0
[ "$(uname)" = Darwin ] && missing Kannel "no package for macOS: run the tests of the SMS channel in Debian"
had_redis=$([ -x /usr/bin/redis-server ] && echo yes || true)
debian kannel redis-server
services=kannel
[ -n "$had_redis" ] || services="kannel redis-server"   # a redis that was here before has its own users
for service in $services; do
    $as_root service "$service" stop >/dev/null 2>&1 || true
    $as_root update-rc.d "$service" disable >/dev/null 2>&1 || true
done
