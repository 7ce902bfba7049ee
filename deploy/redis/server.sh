# One Redis of three. NAME is this one's, FIRST the one that begins as primary; afterwards Sentinel decides.
# Written to a file, so that the password stands in no list of processes.
set -eu
PASSWORD=$(cat /run/secrets/redis)
CONFIG=/data/redis.conf
if [ ! -f "$CONFIG" ]; then  # later Redis and Sentinel keep it themselves: who follows whom
    umask 077
    cat > "$CONFIG" <<END
dir /data
requirepass $PASSWORD
masterauth $PASSWORD
replica-announce-ip $NAME
# What the store demands: nothing may be forgotten, by a crash or for want of memory.
appendonly yes
appendfsync everysec
maxmemory 2gb
maxmemory-policy noeviction
# A primary that nobody follows any more takes no writes that would be lost with it.
min-replicas-to-write 1
min-replicas-max-lag 10
END
    [ "$NAME" = "$FIRST" ] || echo "replicaof $FIRST 6379" >> "$CONFIG"
fi
exec redis-server "$CONFIG"
