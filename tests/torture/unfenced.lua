-- Asks neither for the fence nor whether the items are still there: who comes back from the dead writes over the living.
holds = function() return true end
consume = function(box, a)
  for _, seq in ipairs(a.seqs) do
    if seq <= a.upto then drop(box, seq) end
  end
  return true
end
