// The language of the pages: the citizen's choice, else the phone's; and the size of letters.

const { fill } = require("../core/filling.js");
const { recall, remember } = require("../storage.js");
const { EN } = require("./en.js");
const { PROBLEMS } = require("./problems.js");
const { ZH } = require("./zh.js");

/** @type {"zh" | "en"} */
let spoken = "zh";

/** @param {"zh" | "en"} [chosen] */
function speak(chosen) {
  if (chosen) remember("language", chosen);
  const wanted = recall("language") || wx.getAppBaseInfo().language || "zh";
  spoken = wanted.toLowerCase().startsWith("zh") ? "zh" : "en";
}

const language = () => spoken;
const words = () => (spoken === "zh" ? ZH : EN);

/** @param {import("../form-core.js").FieldFault} fault @param {string} label of its field */
function problem({ code, params, said }, label) {
  if (said) return said;
  /** @type {Record<string, string>} */
  const known = PROBLEMS[spoken];
  return fill(known[code] || known.unclear, { label, ...params });
}

const isLarge = () => Boolean(recall("large"));
/** @param {boolean} yes */
const enlarge = (yes) => remember("large", yes || undefined);

/** What every page shows of this. */
const look = () => ({ words: words(), large: isLarge() });

module.exports = { enlarge, isLarge, language, look, problem, speak, words };
