-- What a worker does with a lane: ingest, claim, commit, fail, defer, park, renew, give back.

-- Without a dedupe id the call id stands in, so that a repetition is known.
function operations.ingest(a)
  local box = at(a.lane, a.key)
  local known = a.dedupe ~= '' and a.dedupe or '\0' .. CALL
  local before = known_as(box, known)
  if before then
    if a.nonce ~= '' and call('HGET', box.hash, 'nonce') == a.nonce and leased_until(box) then
      return {'new', before, shown(box)}
    end
    return {a.dedupe ~= '' and 'duplicate' or 'new', before}
  end
  if call('ZCARD', box.queue) >= a.cap then return {'full', 0} end
  local seq = push(box, a.dedupe, a.body, known)
  local ready = tonumber(call('ZSCORE', box.ready, box.key) or nil)
  if a.nonce ~= '' and ready and ready <= NOW then
    return {'new', seq, lease(box, a.nonce, a.span, a.batch)}
  end
  return {'new', seq}
end

local function count_loss(box, most)
  local seq = call('ZRANGE', box.queue, 0, 0)[1]
  local losses = call('HINCRBY', box.items, 'l' .. seq, 1)
  if losses >= most then bury(box, seq, losses .. ' leases ran out', false) end
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

function operations.claim(a)
  local before = remembered()
  if before then return claimed_before(a.lane, a.nonce, before) end
  for _, key in ipairs(call('ZRANGEBYSCORE', key_of('leased', a.lane), '-inf', NOW)) do
    count_loss(at(a.lane, key), a.losses)
  end
  local keys, leases = ready_keys(a.lane, a.n, a.newest), {}
  for i, key in ipairs(keys) do
    leases[i] = lease(at(a.lane, key), a.nonce, a.span, a.batch)
  end
  if #keys > 0 then remember(keys) end
  return leases
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

local function apply(a)
  for _, name in ipairs(a.cancel) do disarm(name) end
  for _, emit in ipairs(a.emits) do
    local lane, key, dedupe, body, due = unpack(emit)
    if due then arm(dedupe, due, lane, key, body) else push(at(lane, key), dedupe, body) end
  end
  for _, one in ipairs(a.puts) do put(one) end
  for _, feed in ipairs(a.feeds) do append(unpack(feed)) end
end

function operations.commit(a)
  local box = at(a.lane, a.key)
  if not holds(box, a) then return fenced(box) end
  local active = leased_until(box)
  if a.upto == 0 and not active and tonumber(call('HGET', box.hash, 'version') or 0) == a.version then
    return fenced(box)
  end
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
