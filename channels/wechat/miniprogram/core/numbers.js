// Sums, counts and telephone numbers in digits; those in words are the gateway's to read.

const { bare, size, trimmed } = require("./folding.js");
const { LEFT, fault, read } = require("./verdicts.js");

const DIGITS = "\\d{1,3}(?:,\\d{3}){1,4}(?:\\.\\d{1,4})?|\\d{1,12}(?:\\.\\d{1,4})?";
const SUM = new RegExp(`^(?:¥ ?)?(${DIGITS}) ?(?:元|块|块钱|yuan|rmb)?$`, "i");
const COUNT = new RegExp(`^(?:${DIGITS})$`);
const HAN = /[零〇一二三四五六七八九十百千万亿两俩壹贰叁肆伍陆柒捌玖拾佰仟萬]/;
const EN = /zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twel|teen|twenty|thirty|forty|fifty|dozen|hundred|thousand|million/i;
const FEW = /我|本人|没|me|myself|us|both|none|not/i; // just me: one; 一节都没有: none
const MOST_YUAN = 100_000_000;
const LONGEST_SUM = 160, LONGEST_COUNT = 40, LONGEST_PHONE = 320;

const SHORT = /^(?:1(?:10|19|2[02])|12\d{3}|100\d{2}|9[56]\d{3,4}|11[46])$/; // MIIT's plan of 1xx, 12xxx, 95xxx
// Ranges that are all given out; what else may be is for the gateway, whose tables are renewed.
const MOBILE = /^(?:\+?86)?(1(?:3\d|4[57]|5[0-35-9]|6[2567]|7[0-35-8]|8\d|9[0-35-9])\d{8})$/;
const CITY_LINE = /^(?:\+86|86)?0?(?<area>10|2[02-57-9])(?<line>[2-8]\d{7})$/;
const SERVICE = /^400\d{7}$/;
const CUT_MOBILE = /^1[3-9](?:\d{5}|\d{7,8}|\d{10})$/; // one digit too few or too many

/** @param {string} text whether a number may stand in it, in digits or in words */
const mayCount = (text) => /\p{Nd}/u.test(text) || HAN.test(text) || EN.test(text);

/** @param {string} digits in yuan, up to four places behind the point; cents rounded half up */
function cents(digits) {
  const [whole, part = ""] = digits.replace(/,/g, "").split(".");
  const four = Number(whole) * 10_000 + Number(part.padEnd(4, "0"));
  return { tenthousandths: four, text: written(Math.floor((four + 50) / 100)) };
}

/** @param {number} sum in cents */
const written = (sum) => `${Math.floor(sum / 100)}.${String(sum % 100).padStart(2, "0")}`;

/** @param {string} text @param {{min?: number, max?: number}} limits */
function readMoney(text, limits) {
  const answer = trimmed(text);
  if (size(text) > LONGEST_SUM || !mayCount(answer)) return fault("money");
  const found = SUM.exec(answer);
  if (!found) return LEFT;
  const sum = cents(found[1]);
  const least = limits.min === undefined ? 0.01 : Math.max(limits.min, 0.01);
  const most = limits.max === undefined ? MOST_YUAN : Math.min(limits.max, MOST_YUAN);
  if (sum.tenthousandths < least * 10_000) return fault("money_low", { min: String(limits.min || 0.01) });
  if (sum.tenthousandths > most * 10_000) return fault("money_high", { max: String(most) });
  return read(sum.text);
}

/** @param {string} text @param {{min?: number, max?: number}} limits */
function readNumber(text, limits) {
  const answer = bare(text);
  if (size(text.trim()) > LONGEST_COUNT) return fault("number");
  if (!COUNT.test(answer)) return mayCount(answer) || FEW.test(answer) ? LEFT : fault("number");
  const number = Number(answer.replace(/,/g, ""));
  if (limits.min !== undefined && number < limits.min) return fault("number_low", { min: String(limits.min) });
  if (limits.max !== undefined && number > limits.max) return fault("number_high", { max: String(limits.max) });
  return read(number);
}

/** @param {string} text */
function readPhone(text) {
  if (size(text) > LONGEST_PHONE) return fault("phone");
  const answer = trimmed(text);
  const digits = answer.replace(/[\s()\-.·]/g, "");
  if (!/^\+?\d+$/.test(digits)) return mayCount(answer) || /[幺oO]/.test(answer) ? LEFT : fault("phone");
  if (SHORT.test(digits)) return read(digits);
  if (/\d{7}-\d{1,6}$/.test(answer) && !CITY_LINE.test(digits)) return LEFT; // an extension
  if (/^[2-8]/.test(answer) && !SERVICE.test(digits)) return digits.length < 7 ? fault("phone") : LEFT; // without its area code
  const national = digits.replace(/^00(?=[1-9])/, "+");
  const mobile = MOBILE.exec(national), line = CITY_LINE.exec(national);
  if (mobile) return read(`+86${mobile[1]}`);
  if (line && line.groups && /^(?:0|\+86)/.test(national)) return read(`+86${line.groups.area}${line.groups.line}`);
  if (SERVICE.test(national)) return read(`+86${national}`);
  return digits.length < 7 || CUT_MOBILE.test(answer) ? fault("phone") : LEFT;
}

module.exports = { readMoney, readNumber, readPhone };
