// Numbers that are copied from a paper: plates, parcels, cards. Read as gateway/fields/ reads them; one that stands
// among other words is left to the gateway, and only what cannot hold such a number is refused.

const { compact, inGroups, tidy, trimmed, size } = require("./folding.js");
const { LEFT, fault, read } = require("./verdicts.js");

const PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新";
const LAST = "学挂警试超领港澳";
// How else a province is written; Ji, Jin, Yu, Gan and Gui mean two each.
/** @type {Record<string, string>} */
const SPELLED = {
  jing: "京", beijing: "京", 北京: "京", hu: "沪", shanghai: "沪", 上海: "沪", yue: "粤", guangdong: "粤", 广东: "粤",
  天津: "津", 重庆: "渝", 河北: "冀", 河南: "豫", 湖北: "鄂", xiang: "湘", 湖南: "湘", 广西: "桂", 江西: "赣",
  su: "苏", 江苏: "苏", zhe: "浙", 浙江: "浙", min: "闽", 福建: "闽", lu: "鲁", 山东: "鲁", liao: "辽", 辽宁: "辽",
  chuan: "川", 四川: "川", qiong: "琼", 海南: "琼", wan: "皖", 安徽: "皖", hei: "黑",
  meng: "蒙", yun: "云", zang: "藏", shaan: "陕", qing: "青", ning: "宁", xin: "新",
};
const NAMES = Object.keys(SPELLED).sort((one, other) => other.length - one.length).join("|");
const JOINT = "[ ·•‧・.-]{0,3}";
const SPELLING = new RegExp(`^(?:${NAMES})(?=[A-Z][A-Z0-9]{4})`, "i");
const LEAD = new RegExp(`^(?:[${PROVINCES}]|${NAMES})?${JOINT}[A-Za-z](?=${JOINT}[A-Za-z0-9])`, "i");
const CARRIER = /^(?:ZTO|STO|EMS|YTO|YUNDA|DEPPON)[ -]?(?=\d)/i; // a name that is no part of the number
const HAN_DIGIT = /[零〇一二三四五六七八九幺]/;
const EARLIEST = 18800101;

/** @param {string} text @param {RegExp} pattern */
const count = (text, pattern) => (text.match(pattern) || []).length;
/** @param {string} answer */
const isRun = (answer) => /^[A-Za-z0-9]+$/.test(answer);

/** @param {string} answer joints out, the province as its character, O and I of the serial as the digits they must be */
function plate(answer) {
  const code = compact(answer).replace(SPELLING, (spelled) => SPELLED[spelled.toLowerCase()]);
  const begin = !code || PROVINCES.includes(code[0]) ? 2 : 1;
  return code.slice(0, begin) + code.slice(begin).replace(/O/g, "0").replace(/I/g, "1");
}

/** @param {string} code whether its digits hold a day that has been @param {Date} now */
function isBorn(code, now) {
  if (!/^\d{3}/.test(code)) return true; // foreigners' old cards
  const digits = code.length === 18 ? code.slice(6, 14) : `19${code.slice(6, 12)}`;
  const day = new Date(Date.UTC(+digits.slice(0, 4), +digits.slice(4, 6) - 1, +digits.slice(6)));
  const isDay = day.toISOString().slice(0, 10).replace(/-/g, "") === digits;
  const today = new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 10).replace(/-/g, "");
  return isDay && EARLIEST <= +digits && digits <= today;
}

/** @param {string} answer */
const withoutCarrier = (answer) => answer.replace(CARRIER, "");

/**
 * longest   characters of an answer that is looked at
 * words     with these in it, the gateway looks for the number among them
 * code      the answer as the number would be stored
 * whole     what such a number looks like
 * hopeless  there cannot be one in it
 * @type {Record<string, {longest: number, words: RegExp, code: (answer: string) => string, whole: RegExp,
 *   isOne?: (answer: string) => boolean, hopeless: (answer: string) => boolean,
 *   isPossible?: (code: string, now: Date) => boolean}>}
 */
const CODES = {
  tracking_number: {
    longest: 200,
    words: /^(?:my|the|it|is|was|#|:)|[号单是为顺丰快递我零〇一二三四五六七八九幺]|tracking|waybill|parcel|^[a-z]\s[a-z]\s?\d|^[a-z]+[ -][a-z]{2,}/i,
    code: (answer) => compact(withoutCarrier(answer)), whole: /^(?=[A-Z]*\d)[A-Z0-9]{8,30}$/,
    isOne: (answer) => inGroups(answer) || /^[A-Z]{2}\d{9}[A-Z]{2}$/.test(compact(answer)),
    hopeless: (answer) => !(/\d/.test(answer) || HAN_DIGIT.test(answer))
      || count(answer, /[A-Za-z0-9零〇一二三四五六七八九幺]/g) < 8 || (isRun(answer) && answer.length > 30),
  },
  plate: {
    longest: 120, words: /[牌照号]|plate/i, code: plate,
    whole: new RegExp(`^(?=(?:\\D*\\d){2})(?:(?:WJ)?[${PROVINCES}使]|民航)?[A-Z0-9]{5,8}[${LAST}使]?$`),
    isOne: (answer) => inGroups(answer.replace(LEAD, "")), hopeless: (answer) => count(answer, /\d/g) < 3,
  },
  resident_id: {
    longest: 120, words: /[身证是为我本]|id|my|the/i, code: compact, whole: /^(?:\d{17}[\dX]|\d{15}|[A-Z]{3}\d{12})$/,
    hopeless: (answer) => count(answer, /\d/g) < 12 || isRun(answer), isPossible: isBorn,
  },
  passport: {
    longest: 120, words: /护照|passport/i, code: compact, whole: /^(?=[A-Z]{0,4}\d|\d)[A-Z0-9]{5,15}$/, isOne: inGroups,
    hopeless: () => true,
  },
  credit_code: {
    longest: 120, words: /[码号照]|credit|tax|registration/i,
    code: (answer) => compact(answer).replace(/[IOZS]/g, (one) => "1025"["IOZS".indexOf(one)]), // what they look like
    whole: /^(?:(?=[A-Z]*\d)[A-Z0-9]{18}|\d{15}|[A-Z0-9]{8}[\dX])$/,
    hopeless: (answer) => count(answer, /[A-Za-z0-9]/g) < 18 || isRun(answer),
  },
  account_number: {
    longest: 120, words: /号|account|customer|consumer|contract|meter|card/i, code: compact,
    whole: /^(?=[A-Z]*\d)[A-Z0-9]{2,30}$/, isOne: inGroups, hopeless: () => true,
  },
};

/** @param {string} type @param {string} text @param {Date} now */
function readCode(type, text, now) {
  const { longest, words, code, whole, isOne = () => true, hopeless, isPossible = () => true } = CODES[type];
  if (size(text) > longest) return fault(type);
  const answer = trimmed(text);
  if (answer && words.test(answer)) return LEFT;
  const written = code(answer);
  if (whole.test(written) && isOne(withoutCarrier(answer))) return isPossible(written, now) ? read(written) : fault(type);
  return !tidy(answer) || hopeless(answer) ? fault(type) : LEFT;
}

module.exports = { CODES, readCode };
