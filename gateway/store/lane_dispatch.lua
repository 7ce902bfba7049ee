function operations.publish(a)
  topics[a.topic] = true
  return 1
end

-- Run the operation, then hint what became ready or grew.
local result = operations[OPERATION](unpack_(ARGV[5]))
for _, lane in pairs(woken) do topics['lane:' .. lane] = true end
local hints = {}
for topic in pairs(topics) do
  hints[#hints + 1] = topic
  call('PUBLISH', 'gw:hint:' .. topic, ARGV[6])
end
if type(result) == 'table' and result.err then return result end
return {result or false, hints}
