# One Sentinel of three; two must agree that the primary is gone. ADDRESS is this one's, FIRST the first primary's.
# Addresses, not names: a lost server's name is gone as well, and a Sentinel that waits for a resolver sees nothing else
# meanwhile. Tried with Redis 7.0 and a resolver that does not answer: no failover in 66 s (redis/redis issue 12753).
set -eu
umask 077  # also for what Redis writes anew
PASSWORD=$(cat /run/secrets/redis)
CONFIG=/data/sentinel.conf
if [ ! -f "$CONFIG" ]; then  # later Sentinel keeps it itself
    cat > "$CONFIG.new" <<END
dir /data
sentinel announce-ip $ADDRESS
sentinel monitor gw $FIRST 6379 2
sentinel auth-pass gw $PASSWORD
sentinel down-after-milliseconds gw 2000
sentinel failover-timeout gw 10000
sentinel parallel-syncs gw 1
END
    mv "$CONFIG.new" "$CONFIG"
fi
exec redis-sentinel "$CONFIG"
