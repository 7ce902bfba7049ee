// Reads cases {type, options, limits, given, …} from standard input; writes what this client says of each, one a line.

const { join } = require("node:path");
const { readFileSync } = require("node:fs");

const { readValue } = require(join(__dirname, "../../channels/wechat/miniprogram/core/values.js"));
const { now, cases } = JSON.parse(readFileSync(0, "utf-8"));
for (const one of cases) {
  console.log(JSON.stringify(readValue({ id: "x", ...one }, one.given, new Date(now))));
}
