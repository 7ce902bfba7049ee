# One Sentinel of three; two must agree that the primary is gone.
set -eu
PASSWORD=$(cat /run/secrets/redis)
CONFIG=/data/sentinel.conf
if [ ! -f "$CONFIG" ]; then  # later Sentinel keeps it itself
    umask 077
    cat > "$CONFIG" <<END
dir /data
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $NAME
sentinel monitor gw $FIRST 6379 2
sentinel auth-pass gw $PASSWORD
sentinel down-after-milliseconds gw 2000
sentinel failover-timeout gw 10000
sentinel parallel-syncs gw 1
END
fi
exec redis-sentinel "$CONFIG"
