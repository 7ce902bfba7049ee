// One field's value as it was written or picked: what is stored, what is wrong, or nothing that can be said here.
// The same values and the same codes as gateway/fields/, held to them by tests/miniprogram/cases.json.

const { CODES, readCode } = require("./codes.js");
const { bare, fold, foldLower, letters, size, tidy, trimmed } = require("./folding.js");
const { readMoment, readPeriod } = require("./moments.js");
const { readMoney, readNumber, readPhone } = require("./numbers.js");
const { LEFT, fault, read } = require("./verdicts.js");

/**
 * @typedef {import("./verdicts.js").Value} Value
 * @typedef {import("./verdicts.js").Verdict} Verdict
 * @typedef {{min_length?: number, max_length?: number, min?: number, max?: number, max_items?: number,
 *   past_only?: boolean, pattern?: string, home?: boolean}} Limits
 * @typedef {{value: string, label: string}} Option
 * @typedef {{id: string, type: string, options: Option[], limits: Limits}} FieldKind
 */

/** How many files a field takes where the template does not say. @type {Record<string, number>} */
const FILES = { files: 10, images: 9, video: 1, document: 10 };
/** Shortest and longest, in characters. @type {Record<string, [number, number]>} */
const LENGTHS = { text: [1, 2000], address: [2, 300], organisation: [2, 60] };
// A name that is introduced is cut out of the answer by the gateway: 店名叫…, "it's called …".
const INTRODUCED = /，|叫|名称是|名字是|昵称是|店名是|called|named|name is|goes by|has a sign|sign says|seller:|shop:/i;
const YES = new Set(["是", "是的", "对", "有", "yes", "y", "true"]);
const NO = new Set(["不是", "没有", "没", "否", "不", "no", "n", "false"]);
const MOST_ITEMS = 10, LONGEST_ITEM = 60;
const BETWEEN_ITEMS = /[,;、，；\n\t/|]+|\s+(?:and|&)\s+|\s*(?:还有|以及|[和与及跟])\s*|\s+/;
const ITEM_LABEL = /编|号|码|numbers?|nos?/i;

/** @param {string} pattern of Python's re, for a whole text: its \d and \D know the digits of every script */
const whole = (pattern) => new RegExp(`^(?:${pattern.replace(/\\d/g, "\\p{Nd}").replace(/\\D/g, "\\P{Nd}")})$`, "u");

/** @param {string} text @param {number} least @param {number} most @returns {Verdict} */
function checked(text, least, most) {
  const kept = size(text) <= 4 * most ? tidy(text) : text;
  if (!kept) return fault("empty");
  if (size(kept) < least) return fault("too_short", { min: String(least) });
  return size(kept) > most ? fault("too_long", { max: String(most) }) : read(kept);
}

/** @param {FieldKind} field @param {string} text */
function readWords({ type, limits }, text) {
  const [least, most] = LENGTHS[type];
  const kept = checked(text, limits.min_length || least, limits.max_length || most);
  if (type === "organisation" && INTRODUCED.test(tidy(text))) return LEFT;
  const isOdd = kept.value !== undefined && type === "text" && limits.pattern && !whole(limits.pattern).test(String(kept.value));
  return isOdd ? fault("pattern") : kept;
}

/** @param {FieldKind} field @param {string} text */
function readChoice({ options }, text) {
  const answer = bare(text);
  if (!answer) return fault("choice");
  return options.some(({ value }) => value === answer) ? read(answer) : LEFT; // labels and aliases: the gateway's
}

/** @param {FieldKind} field @param {Value} value */
function readChoices({ options }, value) {
  if (!Array.isArray(value)) return bare(String(value)) ? LEFT : fault("choice");
  const isKnown = value.every((one) => options.some((option) => option.value === one));
  const chosen = options.map((option) => option.value).filter((one) => value.includes(one));
  return isKnown && chosen.length ? read(chosen) : fault("choice");
}

/** @param {FieldKind} field @param {Value} value */
function readYesNo({ options }, value) {
  if (typeof value === "boolean") return read(value);
  if (typeof value !== "string" || !tidy(value)) return fault("yes_no");
  const answer = bare(value);
  if (options.length && !["yes", "no"].includes(answer)) return LEFT; // the template's own words come first
  return YES.has(answer) ? read(true) : NO.has(answer) ? read(false) : LEFT;
}

/** @param {{type: string, limits: Limits}} field */
const mostFiles = ({ type, limits }) => limits.max_items || FILES[type];

/** @param {FieldKind} field @param {Value} value upload ids */
function readFiles({ type, limits }, value) {
  if (!Array.isArray(value) || !value.length || !value.every((id) => /^[A-Za-z0-9_-]{8,64}$/.test(id))) return fault(type);
  const ids = [...new Set(value)];
  const most = mostFiles({ type, limits });
  return ids.length > most ? fault("too_many", { max: String(most) }) : read(ids);
}

/** @param {FieldKind} field @param {Value} value */
function readItems(field, value) {
  if (typeof value === "boolean") return fault("list");
  if (Array.isArray(value)) return checkedItems(field, value);
  const text = String(value);
  if (size(text) > 2 * LONGEST_ITEM * (field.limits.max_items || MOST_ITEMS)) return fault("too_long", { max: String(LONGEST_ITEM) });
  const items = trimmed(text).split(BETWEEN_ITEMS);
  const { pattern } = field.limits;
  const isOdd = pattern !== undefined && items.some((one) => one && !whole(pattern).test(fold(one)));
  return ITEM_LABEL.test(text) || isOdd ? LEFT : checkedItems(field, items);
}

/** @param {FieldKind} field @param {string[]} items */
function checkedItems({ limits }, items) {
  /** @type {Map<string, string>} in plain forms; the first spelling wins, letter case makes no difference */
  const kept = new Map();
  for (const item of items.map((one) => tidy(fold(one))).filter(Boolean)) {
    if (!kept.has(foldLower(item))) kept.set(foldLower(item), item);
  }
  const most = limits.max_items || MOST_ITEMS;
  if (!kept.size) return fault("empty");
  if (kept.size > most) return fault("too_many", { max: String(most) });
  const left = [...kept.values()];
  if (left.some((item) => letters(item).length > LONGEST_ITEM)) return fault("too_long", { max: String(LONGEST_ITEM) });
  const isOdd = limits.pattern && !left.every((item) => whole(/** @type {string} */ (limits.pattern)).test(fold(item)));
  return isOdd ? fault("pattern") : read(left);
}

/** @type {Record<string, (field: FieldKind, text: string, now: Date) => Verdict>} */
const WRITTEN = {
  text: readWords, address: readWords, organisation: readWords, choice: readChoice,
  money: ({ limits }, text) => readMoney(text, limits),
  number: ({ limits }, text) => readNumber(text, limits),
  phone: (_, text) => readPhone(text),
  moment: ({ limits }, text, now) => readMoment(text, limits, now),
  period: (_, text) => readPeriod(text),
};
/** @type {Record<string, (field: FieldKind, value: Value) => Verdict>} */
const PICKED = { choices: readChoices, yes_no: readYesNo, list: readItems };
for (const type of Object.keys(FILES)) PICKED[type] = readFiles;
for (const type of Object.keys(CODES)) WRITTEN[type] = (_, text, now) => readCode(type, text, now);

/** @param {FieldKind} field @param {Value} value not empty @param {Date} now @returns {Verdict} */
function readValue(field, value, now) {
  if (PICKED[field.type]) return PICKED[field.type](field, value);
  if (!WRITTEN[field.type]) return LEFT; // a type that is newer than this client
  if (typeof value === "boolean" || Array.isArray(value)) return fault(field.type);
  return WRITTEN[field.type](field, String(value), now);
}

/** @param {unknown} value @returns {boolean} nothing was written or picked */
const isEmpty = (value) => value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length);

module.exports = { FILES, isEmpty, mostFiles, readValue };
