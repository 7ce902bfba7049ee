-- What is claimed is off the mailbox (LPOP) and worked on afterwards: if its worker dies, nobody else finds it.
local claim = operations.claim
function operations.claim(a)
  for _, key in ipairs(call('ZRANGEBYSCORE', key_of('leased', a.lane), '-inf', NOW)) do
    local box = at(a.lane, key)
    local taken = leased_until(box) - call('HGET', box.hash, 'span')
    for _, seq in ipairs(call('ZRANGE', box.queue, 0, call('HGET', box.hash, 'batch') - 1)) do
      if tonumber(call('ZSCORE', box.waiting, seq .. ':' .. key)) <= taken then drop(box, seq) end
    end
    call('HSET', box.hash, 'nonce', '')
    free(box, 0)
  end
  return claim(a)
end
