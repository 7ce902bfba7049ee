-- Between the shards of a Cluster: what is done on one shard for a key of another travels as a parcel.
--
-- <tag>:clock                string  the newest stamp
-- <tag>:forward:<shard>      list    parcels for that shard, oldest first: number, the number before, ms, body
-- <tag>:sent                 hash    shard → number of the last parcel for it
-- <tag>:forwarding           zset    shards that have parcels waiting, by the ms of the oldest
-- <tag>:received             hash    shard → number of the last parcel that was taken from it
--
-- A parcel's number is a stamp, so it never comes again, not even after a failover that lost the last ones. Each knows
-- the number before it: one that overtook another is left for later, one that comes again is known.
local apply  -- lane_work.lua

local function send(to, body)
  local number = stamp()
  local before = tonumber(call('HGET', key_of('sent'), to) or 0)
  call('HSET', key_of('sent'), to, number)
  call('RPUSH', key_of('forward', to), pack({number, before, NOW, body}))
  call('ZADD', key_of('forwarding'), 'NX', NOW, to)
  parcels[#parcels + 1] = {to, number, before, body}
end

-- Up to `base` the sender knows that all arrived. Answers the last number taken, and how many new items each made.
function operations.receive(a)
  local taken = math.max(tonumber(call('HGET', key_of('received'), a.source) or 0), a.base)
  local grown = {}
  for i, parcel in ipairs(a.parcels) do
    local number, before, body = unpack(parcel)
    grown[i] = 0
    if before <= taken and number > taken then
      grown[i] = apply(unpack_(body), number)
      taken = number
    end
  end
  call('HSET', key_of('received'), a.source, taken)
  if taken > tonumber(call('GET', key_of('clock')) or 0) then call('SET', key_of('clock'), taken) end
  return {taken, grown}
end

-- The write makes the `WAIT` behind this call speak for what it reads: a parcel that a failover may still undo must
-- not arrive.
function operations.peek(a)
  call('SET', key_of('peeked'), NOW)
  local rows = {}
  for i, parcel in ipairs(call('LRANGE', key_of('forward', a.to), 0, a.n - 1)) do
    local number, before, _, body = unpack(unpack_(parcel))
    rows[i] = {number, before, body}
  end
  return rows
end

-- They arrived: forget them.
function operations.forwarded(a)
  local list = key_of('forward', a.to)
  local first = call('LINDEX', list, 0)
  while first do
    local number, _, at = unpack(unpack_(first))
    if number > a.upto then
      call('ZADD', key_of('forwarding'), at, a.to)
      return 1
    end
    call('LPOP', list)
    first = call('LINDEX', list, 0)
  end
  call('ZREM', key_of('forwarding'), a.to)
  return 0
end

-- Shards that something waits for: shard, how many parcels, age of the oldest in ms.
function operations.pending()
  local rows, found = {}, call('ZRANGE', key_of('forwarding'), 0, -1, 'WITHSCORES')
  for i = 1, #found, 2 do
    rows[#rows + 1] = {tonumber(found[i]), call('LLEN', key_of('forward', found[i])), NOW - found[i + 1]}
  end
  return rows
end
