-- What a worker does with a lane: ingest, claim, commit, fail, defer, park, renew, give back.

-- Leases that ran out, in one claim: after a gateway with many of them died, Redis serves others in between.
local TAKEN_BACK = 64

-- Without a dedupe id only the call itself is known again.
function operations.ingest(a)
  local box, named = at(a.lane, a.key), a.dedupe ~= ''
  local before
  if named then before = known_as(box, a.dedupe) else before = remembered() end
  if before then
    if a.nonce ~= '' and call('HGET', box.hash, 'nonce') == a.nonce and leased_until(box) then
      return {'new', before, shown(box)}
    end
    return {named and 'duplicate' or 'new', before}
  end
  if call('ZCARD', box.queue) >= a.cap then return {'full', 0} end
  local seq = push(box, a.dedupe, a.body)
  if not named then remember(seq) end
  local ready = tonumber(call('ZSCORE', box.ready, box.key) or nil)
  if a.nonce ~= '' and ready and ready <= NOW then
    return {'new', seq, lease(box, a.nonce, a.span, a.batch)}
  end
  return {'new', seq}
end

-- A gateway is heard whenever it claims or renews; the note is to the second, so that idling hardly writes.
local function hear()
  local runs = key_of('runs')
  if NOW - (call('ZSCORE', runs, RUN) or 0) < 1000 then return end
  call('ZADD', runs, NOW, RUN)
  call('ZREMRANGEBYSCORE', runs, '-inf', NOW - 86400000)
end

-- Count a loss whose gateway was heard after the lease's end; one that died says nothing about the item (I11).
local function settle_doubt(box, seq, most)
  local ended, run = string.match(call('HGET', box.items, 'd' .. seq) or '', '^(%d+) (.*)')
  if not ended then return end
  if run ~= RUN and tonumber(call('ZSCORE', key_of('runs'), run) or 0) < tonumber(ended) then return end
  call('HDEL', box.items, 'd' .. seq)
  local losses = call('HINCRBY', box.items, 'l' .. seq, 1)
  if losses >= most then bury(box, seq, losses .. ' leases ran out', false) end
  return losses >= most
end

-- A gateway that hung is heard only later, so its loss is in doubt until the next one; of two doubts the newer stays.
local function take_back(box, most)
  local seq, ended = call('ZRANGE', box.queue, 0, 0)[1], leased_until(box)
  local run = string.match(call('HGET', box.hash, 'nonce'), '([^.]+)%.[^.]*$')
  if not settle_doubt(box, seq, most) then
    call('HSET', box.items, 'd' .. seq, string.format('%.0f %s', ended, run or ''))
    settle_doubt(box, seq, most)
  end
  call('HSET', box.hash, 'nonce', '')
  free(box, 0)
end

-- Those ready longest, but for `newest` of them that became ready last.
local function ready_keys(lane, n, newest)
  local ready = key_of('ready', lane)
  local keys = call('ZRANGEBYSCORE', ready, '-inf', NOW, 'LIMIT', 0, n)
  if newest == 0 or #keys < n then return keys end
  local picked, chosen = {}, {}
  local function pick(key)
    if not picked[key] then chosen[#chosen + 1] = key end
    picked[key] = true
  end
  for i = 1, n - newest do pick(keys[i]) end
  for _, key in ipairs(call('ZREVRANGEBYSCORE', ready, NOW, '-inf', 'LIMIT', 0, newest)) do pick(key) end
  return chosen
end

-- A repetition is given the same leases again, as far as they still hold.
local function claimed_before(lane, nonce, keys)
  local leases = {}
  for _, key in ipairs(keys) do
    local box = at(lane, key)
    if call('HGET', box.hash, 'nonce') == nonce and leased_until(box) then leases[#leases + 1] = shown(box) end
  end
  return leases
end

local function take_all_back(lane, most)
  hear()
  for _, key in ipairs(call('ZRANGEBYSCORE', key_of('leased', lane), '-inf', NOW, 'LIMIT', 0, TAKEN_BACK)) do
    take_back(at(lane, key), most)
  end
end

-- What this shard has to give: since when each key has been ready, and the key.
function operations.offer(a)
  take_all_back(a.lane, a.losses)
  local rows = {}
  for i, key in ipairs(ready_keys(a.lane, a.n, a.newest)) do
    rows[i] = {tonumber(call('ZSCORE', key_of('ready', a.lane), key)), key}
  end
  return rows
end

local function lease_all(a, keys)
  local leases = {}
  for i, key in ipairs(keys) do leases[i] = lease(at(a.lane, key), a.nonce, a.span, a.batch) end
  if #keys > 0 then remember(keys) end
  return leases
end

-- Of what was offered, what is still to be had.
function operations.claim_offered(a)
  local before = remembered()
  if before then return claimed_before(a.lane, a.nonce, before) end
  local keys = {}
  for _, key in ipairs(a.keys) do
    local ready = tonumber(call('ZSCORE', key_of('ready', a.lane), key) or nil)
    if ready and ready <= NOW then keys[#keys + 1] = key end
  end
  return lease_all(a, keys)
end

function operations.claim(a)
  local before = remembered()
  if before then return claimed_before(a.lane, a.nonce, before) end
  take_all_back(a.lane, a.losses)
  return lease_all(a, ready_keys(a.lane, a.n, a.newest))
end

-- Take the items the lease showed, up to `upto`; false when this very commit was done before.
local function consume(box, a)
  if a.upto == 0 then return tonumber(call('HGET', box.hash, 'version') or 0) == a.version end
  if not drop(box, a.upto) then return false end
  for _, seq in ipairs(a.seqs) do
    if seq < a.upto then drop(box, seq) end
  end
  return true
end

-- written  on a Cluster when, if another shard did it; returns how many items are new
function apply(a, written)
  local grown = 0
  for _, name in ipairs(a.cancel) do disarm(name) end
  for _, emit in ipairs(a.emits) do
    local lane, key, dedupe, body, due, to = unpack(emit)
    if due then
      arm(dedupe, due, lane, key, body, to)
    elseif push(at(lane, key), dedupe, body) then
      grown = grown + 1
    end
  end
  if #a.puts > 0 then put_all(a.puts, written or SHARDS and stamp()) end
  for _, feed in ipairs(a.feeds) do append(unpack(feed)) end
  for _, parcel in ipairs(a.away or {}) do send(unpack(parcel)) end
  return grown
end

function operations.commit(a)
  local box = at(a.lane, a.key)
  if not holds(box, a) then return fenced(box) end
  local active = leased_until(box)
  local fresh  -- not a repetition of the commit that gave the lease back
  if a.upto == 0 then
    fresh = tonumber(call('HGET', box.hash, 'version') or 0) == a.version
  else
    fresh = call('ZSCORE', box.queue, a.upto)
  end
  if fresh and not active then return fenced(box) end
  if not consume(box, a) then return active and {shown(box)} or {} end
  call('HINCRBY', box.hash, 'version', 1)
  if a.state then call('HSET', box.hash, 'state', a.state) end
  apply(a)
  if a.keep and call('ZCARD', box.queue) > 0 then
    return {prolong(box, tonumber(call('HGET', box.hash, 'span')))}
  end
  free(box, 0)
  return {}
end

function operations.fail(a)
  return under_lease(a, function(box)
    local seq = head(box, a.first)
    local delay = a.delay
    if call('HINCRBY', box.items, 'a' .. seq, 1) >= a.most then
      bury(box, seq, a.why, false)
      delay = 0
    end
    return finish(box, delay)
  end)
end

function operations.defer(a)
  return under_lease(a, function(box) return finish(box, a.delay) end)
end

function operations.put_aside(a)
  return under_lease(a, function(box)
    bury(box, head(box, a.first), a.why, a.parked)
    return finish(box, 0)
  end)
end

function operations.release(a)
  local box = at(a.lane, a.key)
  if holds(box, a) and leased_until(box) then finish(box, 0) end
  return 1
end

function operations.renew(a)
  local lost = {}
  hear()
  for i, given in ipairs(a.leases) do
    local box = at(given.lane, given.key)
    if holds(box, given) and leased_until(box) then
      call('HSET', box.hash, 'span', a.span)
      call('ZADD', box.leased, NOW + a.span, box.key)
    else
      lost[#lost + 1] = i
    end
  end
  return lost
end

-- A gateway that goes gives its keys back; no loss is counted (I11).
function operations.hand_back(a)
  local keys = 0
  for _, lane in ipairs(call('SMEMBERS', key_of('lanes'))) do
    for _, key in ipairs(call('ZRANGE', key_of('leased', lane), 0, -1)) do
      local box = at(lane, key)
      if string.find(call('HGET', box.hash, 'nonce') or '', a.run, 1, true) then
        finish(box, 0)
        keys = keys + 1
      end
    end
  end
  return keys
end
