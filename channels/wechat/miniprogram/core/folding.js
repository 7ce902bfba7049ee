// Text in plain forms, letter for letter as gateway/fields/folding.py has it: what is sent is what is stored.

const { VARIANTS } = require("./variants.js");

const MAX_TEXT = 2000;
// NFKC leaves these, people mix them.
/** @type {Record<string, string>} */
const ALIKE = { "–": "-", "—": "-", "―": "-", "−": "-", "‑": "-", "‐": "-", "‘": "'", "’": "'", "“": '"', "”": '"' };
// Control, format and filler characters, lone surrogates, non-characters. Line breaks, tabs and the emoji style stay.
const UNSEEN = [
  [0x00, 0x08], [0x0b, 0x1f], [0x7f, 0x9f], [0xad, 0xad], [0x34f, 0x34f], [0x61c, 0x61c], [0x115f, 0x1160],
  [0x17b4, 0x17b5], [0x180b, 0x180f], [0x200b, 0x200f], [0x2028, 0x202e], [0x2060, 0x206f], [0x3164, 0x3164],
  [0xd800, 0xdfff], [0xfdd0, 0xfdef], [0xfe00, 0xfe0e], [0xfeff, 0xfeff], [0xffa0, 0xffa0],
  [0xfff0, 0xfffb], [0xfffe, 0xffff], [0xe0000, 0xe007f],
];
const JOINTS = /[\s\-_.·•‧・]+/;
const EDGES = new Set(" \t\r\n,.;:!?。、…·~'\"「」");

/** @param {string} text @returns {string[]} its characters; a character beyond the first plane is one */
const letters = (text) => Array.from(text);

/** @param {string} text */
const size = (text) => letters(text).length;

/** @param {number} code */
const isUnseen = (code) => UNSEEN.some(([first, last]) => first <= code && code <= last);

// Latin-1 … CJK compatibility, presentation forms … full-width forms.
/** @param {number} code */
const isCompatible = (code) => (code >= 0xa0 && code < 0x3400) || (code >= 0xf900 && code < 0xfff0);

/** @param {string} one @returns {string} one character for one */
function plain(one) {
  const code = /** @type {number} */ (one.codePointAt(0));
  if (ALIKE[one]) return ALIKE[one];
  if (isUnseen(code)) return " ";
  if (VARIANTS[one]) return VARIANTS[one];
  if (!isCompatible(code)) return one;
  const folded = one.normalize("NFKC");
  return size(folded) === 1 ? folded : one;
}

/** @param {string} text */
const fold = (text) => letters(text).slice(0, MAX_TEXT).map(plain).join("");

/** @param {string} one */
function small(one) {
  const lower = one.toLowerCase();
  return /** @type {number} */ (one.codePointAt(0)) < 0x250 && size(lower) === 1 ? lower : one;
}

/** @param {string} text folded and in lower case */
const foldLower = (text) => letters(fold(text)).map(small).join("");

/** @param {string} text an answer as written: NFC, without what cannot be seen, trimmed */
function tidy(text) {
  const seen = letters(text).filter((one) => !isUnseen(/** @type {number} */ (one.codePointAt(0))));
  return seen.join("").normalize("NFC").trim();
}

/** @param {string} text a short answer, folded, without the punctuation and spaces around it */
function trimmed(text) {
  const kept = letters(fold(text));
  while (kept.length && EDGES.has(kept[0])) kept.shift();
  while (kept.length && EDGES.has(kept[kept.length - 1])) kept.pop();
  return kept.join("");
}

/** @param {string} text `trimmed`, in lower case */
const bare = (text) => letters(trimmed(text)).map(small).join("");

/** @param {string} text a number in upper case without what it is grouped with */
const compact = (text) => letters(text).map(plain).join("").split(JOINTS).join("").toUpperCase();

// SF 1234 5678 is one number, E123 and more is not.
/** @param {string} text whether behind the first group each has a digit */
const inGroups = (text) => text.trim().split(JOINTS).slice(1).every((group) => !group || /\p{Nd}/u.test(group));

module.exports = { bare, compact, fold, foldLower, inGroups, letters, size, tidy, trimmed };
