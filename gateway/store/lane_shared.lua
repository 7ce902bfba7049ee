-- Records with their indexes, shared values, rates, feeds.
--
-- <tag>:record:<kind>:<id>   hash    body version listed: its members of the indexes; on a Cluster stamp;
-- <tag>:expiring  zset  by ms
-- <tag>:index:<kind>:<name>  zset    value and id as bytes that sort as they should (gateway/store/redis_records.py)
-- <tag>:value:<key>          string  expiry and value;  <tag>:values  zset  key by expiry
-- <tag>:buckets              zset    bucket by the ms until which its tokens are spent
-- <tag>:feed:<feed>          zset    id by number;  <tag>:feeding:<feed>  zset  id by ms
-- <tag>:told:<feed>          hash    id → body;  <tag>:feeds  zset  feed by its oldest

local function record_name(kind, id) return kind .. ':' .. id end

local function unlist(kind, record)
  local listed = call('HGET', record, 'listed')
  for _, entry in ipairs(listed and unpack_(listed) or {}) do
    call('ZREM', key_of('index', kind, entry[1]), entry[2])
  end
end

local function remove(kind, id)
  local name = record_name(kind, id)
  unlist(kind, key_of('record', name))
  call('DEL', key_of('record', name))
  call('ZREM', key_of('expiring'), pack({kind, id}))
end

-- What another shard wrote later stays, though it came here first; of what was removed the stamp is kept for a week.
local function outdated(kind, id, written)
  local name = record_name(kind, id)
  local known = call('HGET', key_of('record', name), 'stamp') or call('GET', key_of('gone', name))
  return known and tonumber(known) > written
end

local function mark(kind, id, body, written)
  local name = record_name(kind, id)
  if body then
    call('HSET', key_of('record', name), 'stamp', written)
  else
    call('SET', key_of('gone', name), written, 'PX', 604800000)
  end
end

local function put(one)
  local kind, id, body, listed, expires = unpack(one)
  if not body then return remove(kind, id) end
  local record = key_of('record', record_name(kind, id))
  unlist(kind, record)
  for _, entry in ipairs(listed) do call('ZADD', key_of('index', kind, entry[1]), 0, entry[2]) end
  call('HINCRBY', record, 'version', 1)
  call('HSET', record, 'body', body, 'listed', pack(listed))
  if expires then
    call('ZADD', key_of('expiring'), expires, pack({kind, id}))
  else
    call('ZREM', key_of('expiring'), pack({kind, id}))
  end
end

-- written  on a Cluster when; else the last to come is the last
local function put_all(puts, written)
  for _, one in ipairs(puts) do
    local kind, id, body = one[1], one[2], one[3]
    if not written then
      put(one)
    elseif not outdated(kind, id, written) then
      put(one)
      mark(kind, id, body, written)
    end
  end
end

function operations.write(a)
  if remembered() then return 1 end
  put_all(a.puts, SHARDS and stamp())
  for _, parcel in ipairs(a.away or {}) do send(unpack(parcel)) end
  return remember(1)
end

function operations.get_record(a)
  local record = call('HMGET', key_of('record', record_name(a.kind, a.id)), 'body', 'version')
  return record[1] and {a.id, record[1], tonumber(record[2])}
end

-- The id behind a number (9 bytes) or behind a word, which ends with a zero that no 255 follows.
local function id_in(member)
  if string.sub(member, 1, 1) == 'i' then return string.sub(member, 10) end
  local from = 2
  while true do
    local zero = string.find(member, '\0', from, true)
    if string.byte(member, zero + 1) ~= 255 then return string.sub(member, zero + 1) end
    from = zero + 2
  end
end

function operations.select(a)
  local command, first, second = 'ZRANGEBYLEX', a.low, a.high
  if a.newest then command, first, second = 'ZREVRANGEBYLEX', a.high, a.low end
  local records = {}
  for i, member in ipairs(call(command, key_of('index', a.kind, a.index), first, second, 'LIMIT', 0, a.n)) do
    local id = id_in(member)
    local record = call('HMGET', key_of('record', record_name(a.kind, id)), 'body', 'version')
    records[i] = {id, record[1], tonumber(record[2]), a.merge and member}
  end
  return records
end

function operations.count(a)
  return call('ZLEXCOUNT', key_of('index', a.kind, a.index), a.low, a.high)
end

function operations.expire_records(a)
  local names = call('ZRANGEBYSCORE', key_of('expiring'), '-inf', WALL, 'LIMIT', 0, a.n)
  for _, name in ipairs(names) do remove(unpack(unpack_(name))) end
  return #names
end

-- --- values ---

local function value_of(key, alive_at)
  local found = call('GET', key_of('value', key))
  if not found then return nil end
  local expires, value = unpack(unpack_(found))
  return expires > alive_at and value or nil
end

local function keep_value(a)
  call('SET', key_of('value', a.key), pack({NOW + a.ttl, a.value}))
  call('ZADD', key_of('values'), NOW + a.ttl, a.key)
  return 1
end

function operations.get(a) return value_of(a.key, NOW + a.left) end

function operations.put(a) return keep_value(a) end

function operations.add(a)
  if remembered() then return 1 end
  if value_of(a.key, NOW) then return 0 end
  keep_value(a)
  return remember(1)
end

-- Only if the value is still the one that the caller put there; '' stands for any.
function operations.delete(a)
  if a.value ~= '' and value_of(a.key, 0) ~= a.value then return 0 end
  call('ZREM', key_of('values'), a.key)
  return call('DEL', key_of('value', a.key))
end

function operations.expire_values(a)
  local keys = call('ZRANGEBYSCORE', key_of('values'), '-inf', NOW, 'LIMIT', 0, a.n)
  for _, key in ipairs(keys) do
    call('ZREM', key_of('values'), key)
    call('DEL', key_of('value', key))
  end
  return #keys
end

-- --- rates: GCRA ---

function operations.take(a)
  local spent = math.max(tonumber(call('ZSCORE', key_of('buckets'), a.bucket) or 0), NOW) + a.per_ms * a.n
  local wait = spent - NOW - a.per_ms * a.burst
  if wait > 0 then return wait end
  call('ZADD', key_of('buckets'), spent, a.bucket)
  return 0
end

function operations.expire_buckets()
  return call('ZREMRANGEBYSCORE', key_of('buckets'), '-inf', NOW)
end

-- --- feeds ---

local function append(feed, id, body)
  if call('HEXISTS', key_of('told', feed), id) == 1 then return 0 end
  call('HSET', key_of('told', feed), id, body)
  call('ZADD', key_of('feed', feed), call('INCR', key_of('told')), id)
  call('ZADD', key_of('feeding', feed), NOW, id)
  call('ZADD', key_of('feeds'), 'NX', NOW, feed)
  topics['feed:' .. feed] = true
  return 1
end

function operations.append(a)
  if remembered() then return 1 end
  local grown = append(a.feed, a.id, a.body)
  return grown == 1 and remember(1) or 0
end

function operations.feed(a)
  local after = a.after and call('ZSCORE', key_of('feed', a.feed), a.after) or 0
  local found = call('ZRANGEBYSCORE', key_of('feed', a.feed), '(' .. after, '+inf', 'WITHSCORES', 'LIMIT', 0, a.n)
  local items = {}
  for i = 1, #found, 2 do
    items[#items + 1] = {tonumber(found[i + 1]), found[i], call('HGET', key_of('told', a.feed), found[i])}
  end
  return items
end

function operations.trim(a)
  return sweep(key_of('feeds'), NOW - a.age, a.n, function(feed)
    local told, numbers = key_of('told', feed), key_of('feed', feed)
    return key_of('feeding', feed), function(id)
      call('HDEL', told, id)
      call('ZREM', numbers, id)
    end
  end)
end
