# One Redis of three. ADDRESS is this one's, FIRST that of the one that begins as primary; afterwards Sentinel decides.
# Written to a file, so that the password stands in no list of processes.
set -eu
umask 077  # also for what Redis writes anew
PASSWORD=$(cat /run/secrets/redis)
CONFIG=/data/redis.conf
if [ ! -f "$CONFIG" ]; then  # later Redis and Sentinel keep it themselves: who follows whom
    cat > "$CONFIG.new" <<END
dir /data
requirepass $PASSWORD
masterauth $PASSWORD
replica-announce-ip $ADDRESS
# What the store demands: nothing may be forgotten, by a crash or for want of memory.
appendonly yes
appendfsync everysec
maxmemory 2gb
maxmemory-policy noeviction
# A primary that nobody follows any more takes no writes that would be lost with it.
min-replicas-to-write 1
min-replicas-max-lag 10
END
    [ "$ADDRESS" = "$FIRST" ] || echo "replicaof $FIRST 6379" >> "$CONFIG.new"
    mv "$CONFIG.new" "$CONFIG"  # whole or not at all: without its last line it would be a second primary
fi
exec redis-server "$CONFIG"
