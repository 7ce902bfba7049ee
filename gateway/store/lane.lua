-- The lanes on Redis: mailboxes, leases, and the turn's one commit (gateway/store/lanes.py).
-- First of the files that gateway/store/redis_calls.py joins into one script; the last one dispatches.
--
-- KEYS[1]  the shard's tag, `{gw:<n>}`: every key begins with it, so a Cluster keeps a shard on one node
-- ARGV     operation, call id, now (ms; '': the server's clock), wall clock (the same), arguments (MessagePack),
--          run: the gateway that calls, the store's mark; on a Cluster also how many shards there are, and the newest
--          stamp it saw
-- answer   {result, topics that somebody may wait for}; on a Cluster also the newest stamp, and parcels (lane_forward.lua)
--
-- A script may be sent twice (the client repeats a command whose reply was lost, I8): by its call id an operation
-- knows its own repetition and answers as it did before.
--
-- <tag>:mark                 string  which store this is (gateway/store/redis_mark.py)
-- <tag>:box:<lane>:<key>     hash    seq fence nonce span batch version state, ended: call that gave the lease back
-- <tag>:queue:<lane>:<key>   zset    numbers of the items that wait
-- <tag>:items:<lane>:<key>   hash    number → item, a<number> → attempts, l<number> → losses,
--                                    d<number> → the loss that is in doubt: end of the lease, run that held it
-- <tag>:seen:<lane>:<key>    hash    dedupe id → number;  <tag>:when:<lane>:<key>  zset  dedupe id by ms
-- <tag>:ready:<lane>         zset    key by the ms from when it may be claimed
-- <tag>:leased:<lane>        zset    key by the ms at which its lease runs out
-- <tag>:waiting:<lane>       zset    <number>:<key> by the ms it was stored
-- <tag>:runs                 zset    run by the ms it was last heard, to the second
-- <tag>:lanes                set     lanes that were ever used;  <tag>:seen  zset  <lane>:<key> by its oldest id
local TAG = KEYS[1]
local OPERATION, CALL, NOW, WALL, RUN = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[6]
local call, pack, unpack_ = redis.call, cmsgpack.pack, cmsgpack.unpack
local MARK, SHARDS, SEEN = ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9])
local operations, topics, woken, parcels = {}, {}, {}, {}
local stamped

if not NOW then
  local time = call('TIME')
  NOW = time[1] * 1000 + math.floor(time[2] / 1000)
  WALL = NOW
end

local function key_of(...)
  return TAG .. ':' .. table.concat({...}, ':')
end

-- A time for what other shards will hear of: later than all that this shard or the caller know of (a hybrid logical
-- clock), in ms unless there were more than one in the same ms.
local function stamp()
  stamped = math.max(NOW, SEEN + 1, (stamped or tonumber(call('GET', key_of('clock')) or 0)) + 1)
  call('SET', key_of('clock'), stamped)
  return stamped
end

-- Of a dead letter; on a Cluster the shard can be read from it.
local function letter_number()
  if not SHARDS then return call('INCR', key_of('letters')) end
  return string.format('%.0f', stamp() * SHARDS + string.match(TAG, '%d+'))
end

local function fenced(box)
  return redis.error_reply('FENCED ' .. box.name)
end

-- An answer that a repetition of this call finds again; one minute is longer than any client repeats.
local function remembered()
  local answer = call('GET', key_of('call', CALL))
  return answer and unpack_(answer)
end

local function remember(answer)
  call('SET', key_of('call', CALL), pack(answer), 'PX', 60000)
  return answer
end

-- --- mailboxes ---

local function at(lane, key)
  local name = lane .. ':' .. key
  return {
    lane = lane, key = key, name = name, hash = key_of('box', name), queue = key_of('queue', name),
    items = key_of('items', name), seen = key_of('seen', name), when = key_of('when', name),
    ready = key_of('ready', lane), leased = key_of('leased', lane), waiting = key_of('waiting', lane),
  }
end

local function leased_until(box)
  return tonumber(call('ZSCORE', box.leased, box.key) or nil)
end

-- Nobody's; ready after the delay when something waits.
local function free(box, delay)
  call('ZREM', box.leased, box.key)
  woken[box.name] = nil
  if call('ZCARD', box.queue) == 0 then
    call('ZREM', box.ready, box.key)
    return
  end
  call('ZADD', box.ready, NOW + delay, box.key)
  if delay <= 0 then woken[box.name] = box.lane end
end

-- Something new waits: the key is ready unless it is leased, or backs off.
local function wake(box)
  if leased_until(box) then return end
  local ready = tonumber(call('ZSCORE', box.ready, box.key) or nil)
  if not ready then
    free(box, 0)
  elseif ready <= NOW then
    woken[box.name] = box.lane
  end
end

local function add_item(box, seq, dedupe, body)
  call('SADD', key_of('lanes'), box.lane)
  call('ZADD', box.queue, seq, seq)
  call('HSET', box.items, seq, pack({dedupe, NOW, body}))
  call('ZADD', box.waiting, NOW, seq .. ':' .. box.key)
end

local function item(box, seq)
  return unpack_(call('HGET', box.items, seq))
end

local function known_as(box, dedupe)
  return dedupe ~= '' and tonumber(call('HGET', box.seen, dedupe) or nil)
end

-- A new item behind all others, under its number; nil when the dedupe id is known in this mailbox.
local function push(box, dedupe, body)
  if known_as(box, dedupe) then return nil end
  local seq = call('HINCRBY', box.hash, 'seq', 1)
  if dedupe ~= '' then
    call('HSET', box.seen, dedupe, seq)
    call('ZADD', box.when, NOW, dedupe)
    call('ZADD', key_of('seen'), 'NX', NOW, box.name)
  end
  add_item(box, seq, dedupe, body)
  wake(box)
  return seq
end

local function drop(box, seq)
  if call('ZREM', box.queue, seq) == 0 then return false end
  call('HDEL', box.items, seq, 'a' .. seq, 'l' .. seq, 'd' .. seq)
  call('ZREM', box.waiting, seq .. ':' .. box.key)
  return true
end

-- The head as the lease saw it: an item that an operator replayed meanwhile stands before it and is not meant.
local function head(box, first)
  return call('ZRANGEBYSCORE', box.queue, first, '+inf', 'LIMIT', 0, 1)[1] or call('ZRANGE', box.queue, 0, 0)[1]
end

local function bury(box, seq, why, parked)
  local dedupe, _, body = unpack(item(box, seq))
  local id = letter_number()
  local letter = {lane = box.lane, key = box.key, seq = tonumber(seq), dedupe = dedupe, body = body, why = why, at = WALL,
    parked = parked}
  call('SET', key_of('letter', id), pack(letter))
  for _, list in ipairs({'', ':' .. box.lane, ':' .. box.name}) do
    call('ZADD', key_of('dead') .. list, id, id)
  end
  call('HINCRBY', key_of('figures', box.lane), parked and 'parked' or 'dead', 1)
  drop(box, seq)
end

-- --- leases ---

-- The box's lease as it stands, with the items that are left.
local function shown(box)
  local now = call('HMGET', box.hash, 'fence', 'nonce', 'batch', 'version', 'state')
  local seqs = call('ZRANGE', box.queue, 0, now[3] - 1)
  local counts = call('HMGET', box.items, 'a' .. seqs[1], 'l' .. seqs[1])
  local messages = {}
  for i, seq in ipairs(seqs) do
    local dedupe, _, body = unpack(item(box, seq))
    messages[i] = {tonumber(seq), body, dedupe}
  end
  return {
    box.key, tonumber(now[1]), now[2], leased_until(box) or 0, tonumber(counts[1] or 0), tonumber(counts[2] or 0),
    now[5] or '', tonumber(now[4] or 0), messages,
  }
end

-- From now on, for the length the lease was last given.
local function prolong(box, span)
  call('ZREM', box.ready, box.key)
  call('ZADD', box.leased, NOW + span, box.key)
  woken[box.name] = nil
  return shown(box)
end

local function lease(box, nonce, span, batch)
  call('HINCRBY', box.hash, 'fence', 1)
  call('HSET', box.hash, 'nonce', nonce, 'span', span, 'batch', batch)
  return prolong(box, span)
end

local function holds(box, given)
  local now = call('HMGET', box.hash, 'fence', 'nonce')
  return now[2] == given.nonce and now[2] ~= '' and tonumber(now[1]) == given.fence
end

local function finish(box, delay)
  call('HSET', box.hash, 'nonce', '', 'ended', CALL)
  free(box, delay)
  return 1
end

-- Run `work(box)` if the lease still holds; its repetition finds its own mark instead.
local function under_lease(given, work)
  local box = at(given.lane, given.key)
  if call('HGET', box.hash, 'ended') == CALL then return 1 end
  if not (holds(box, given) and leased_until(box)) then return fenced(box) end
  return work(box)
end
