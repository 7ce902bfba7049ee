-- What stands behind the lanes: timers, dead letters, figures, forgetting.
--
-- <tag>:timers               zset    name by due ms;  <tag>:timer  hash  name → lane, key, body,
--                                    shard of the key if it is another
-- <tag>:letter:<id>          string  a dead letter;  <tag>:dead, …:<lane>, …:<lane>:<key>  zset  ids
-- <tag>:figures:<lane>       hash    parked, dead, timers

local function disarm(name)
  local timer = call('HGET', key_of('timer'), name)
  if not timer then return nil end
  timer = unpack_(timer)
  call('ZREM', key_of('timers'), name)
  call('HDEL', key_of('timer'), name)
  call('HINCRBY', key_of('figures', timer[1]), 'timers', -1)
  return timer
end

local function arm(name, due, lane, key, body, to)
  disarm(name)
  call('SADD', key_of('lanes'), lane)
  call('ZADD', key_of('timers'), due, name)
  call('HSET', key_of('timer'), name, pack({lane, key, body, to}))
  call('HINCRBY', key_of('figures', lane), 'timers', 1)
end

-- The server's wall clock and the gateway's are so far apart that one of them jumped: who fires by it is wrong for half
-- of all citizens, so nobody does.
local function apart(a)
  return math.abs(WALL - a.wall) > a.tolerance
end

function operations.tick(a)
  if apart(a) then return -1 end
  local fired = 0
  local due = call('ZRANGEBYSCORE', key_of('timers'), '-inf', WALL, 'WITHSCORES', 'LIMIT', 0, a.n)
  for i = 1, #due, 2 do
    local lane, key, body = unpack(disarm(due[i]))
    if push(at(lane, key), due[i] .. '@' .. due[i + 1], body) then fired = fired + 1 end
  end
  return fired
end

-- Timers that are due: when, name, whether their key is on another shard.
function operations.due(a)
  if apart(a) then return -1 end
  local found, rows = call('ZRANGEBYSCORE', key_of('timers'), '-inf', WALL, 'WITHSCORES', 'LIMIT', 0, a.n), {}
  for i = 1, #found, 2 do
    local timer = unpack_(call('HGET', key_of('timer'), found[i]))
    rows[#rows + 1] = {tonumber(found[i + 1]), found[i], timer[4] and 1 or 0}
  end
  return rows
end

-- Those of the timers that still stand as they were seen.
function operations.fire(a)
  local fired = 0
  for _, one in ipairs(a.timers) do
    local due, name = unpack(one)
    if tonumber(call('ZSCORE', key_of('timers'), name) or nil) == due then
      local lane, key, body, to = unpack(disarm(name))
      local id = name .. '@' .. string.format('%.0f', due)
      if to then
        send(to, pack({cancel = {}, emits = {{lane, key, id, body}}, puts = {}, feeds = {}}))
      elseif push(at(lane, key), id, body) then
        fired = fired + 1
      end
    end
  end
  return fired
end

local function exhume(id)
  id = string.format('%.0f', id)
  local letter = call('GET', key_of('letter', id))
  if not letter then return nil end
  letter = unpack_(letter)
  call('DEL', key_of('letter', id))
  for _, list in ipairs({'', ':' .. letter.lane, ':' .. letter.lane .. ':' .. letter.key}) do
    call('ZREM', key_of('dead') .. list, id)
  end
  call('HINCRBY', key_of('figures', letter.lane), letter.parked and 'parked' or 'dead', -1)
  return letter
end

-- Under its old number, so that it stands where it stood; its counts begin anew.
function operations.replay(a)
  local before = remembered()
  if before then return before end
  local letter = exhume(a.id)
  if not letter then return 0 end
  local box = at(letter.lane, letter.key)
  add_item(box, letter.seq, letter.dedupe, a.body or letter.body)
  if not leased_until(box) then free(box, 0) end
  return remember(1)
end

-- The audit's line comes in two halves: which item it was is known only here.
function operations.discard(a)
  local before = remembered()
  if before then return before end
  local letter = exhume(a.id)
  if not letter then return 0 end
  local subject = letter.lane .. ':' .. letter.key .. ':' .. letter.seq
  local line = a.before .. string.sub(cjson.encode(subject), 2, -2) .. a.behind
  if a.to then
    send(a.to, pack({cancel = {}, emits = {{'journal', 'audit', a.audit, line}}, puts = {}, feeds = {}}))
  else
    push(at('journal', 'audit'), a.audit, line)
  end
  local box = at(letter.lane, letter.key)
  if not leased_until(box) then free(box, 0) end
  return remember(1)
end

-- Letters of one list behind an id, oldest first. On a Cluster an id has 15 digits, and `..` writes 14 of a number.
function operations.dead(a)
  local letters = {}
  local after = string.format('(%.0f', a.after)
  local ids = call('ZRANGEBYSCORE', key_of('dead') .. a.list, after, '+inf', 'LIMIT', 0, a.n)
  for i, id in ipairs(ids) do
    local one = unpack_(call('GET', key_of('letter', id)))
    letters[i] = {tonumber(id), one.lane, one.key, one.seq, one.body, one.why, one.at, one.parked and 1 or 0}
  end
  return letters
end

function operations.lanes()
  return call('SMEMBERS', key_of('lanes'))
end

function operations.state(a)
  local now = call('HMGET', key_of('box', a.lane, a.key), 'state', 'version')
  return {now[1] or '', tonumber(now[2] or 0)}
end

-- Per lane: waiting, leased, parked, dead, timers, age of the oldest.
function operations.stats()
  local figures = {}
  for _, lane in ipairs(call('SMEMBERS', key_of('lanes'))) do
    local waiting = key_of('waiting', lane)
    local oldest = call('ZRANGE', waiting, 0, 0, 'WITHSCORES')[2]
    local put_by = call('HMGET', key_of('figures', lane), 'parked', 'dead', 'timers')
    figures[#figures + 1] = {
      lane, call('ZCARD', waiting), call('ZCARD', key_of('leased', lane)), tonumber(put_by[1] or 0),
      tonumber(put_by[2] or 0), tonumber(put_by[3] or 0), oldest and NOW - oldest or 0,
    }
  end
  return figures
end

-- Drop up to n members of a list by age; the shard's list of such lists learns its new oldest, or that it is empty.
local function trim(overview, name, list, before, n, forget)
  local old = call('ZRANGEBYSCORE', list, '-inf', before, 'LIMIT', 0, n)
  for _, member in ipairs(old) do
    forget(member)
    call('ZREM', list, member)
  end
  local oldest = call('ZRANGE', list, 0, 0, 'WITHSCORES')[2]
  if oldest then call('ZADD', overview, oldest, name) else call('ZREM', overview, name) end
  return #old
end

-- Go over the lists whose oldest member is too old until n members are gone.
local function sweep(overview, before, n, lists_of)
  local gone = 0
  for _, name in ipairs(call('ZRANGEBYSCORE', overview, '-inf', before, 'LIMIT', 0, n)) do
    if gone >= n then break end
    local list, forget = lists_of(name)
    gone = gone + trim(overview, name, list, before, n - gone, forget)
  end
  return gone
end

function operations.forget(a)
  return sweep(key_of('seen'), NOW - a.age, a.n, function(name)
    local seen = key_of('seen', name)
    return key_of('when', name), function(dedupe) call('HDEL', seen, dedupe) end
  end)
end
