-- Not in a store that came back empty, or is another. Run the operation; hint what became ready or grew. Who is told of it decides redis_hints.py.
if call('GET', key_of('mark')) ~= MARK then return redis.error_reply('STRANGE no mark, or another') end
local result = operations[OPERATION](unpack_(ARGV[5]))
for _, lane in pairs(woken) do topics['lane:' .. lane] = true end
local hints = {}
for topic in pairs(topics) do hints[#hints + 1] = topic end
if type(result) == 'table' and result.err then return result end
if stamped then return {result or false, hints, stamped, parcels} end
return {result or false, hints}
