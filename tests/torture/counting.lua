-- Consumes as many items from the head as the turn took: who sends its commit twice consumes twice.
consume = function(box, a)
  for _, seq in ipairs(a.seqs) do
    local first = call('ZRANGE', box.queue, 0, 0)[1]
    if seq <= a.upto and first then drop(box, first) end
  end
  return true
end
