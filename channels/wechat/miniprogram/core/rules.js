// Checks over several fields of a form, as gateway/dialogue/rules.py makes them.

const { holds } = require("./conditions.js");
const { compact } = require("./folding.js");
const { isEmpty } = require("./values.js");

/**
 * @typedef {import("./conditions.js").Form} Form
 * @typedef {{kind: string, fields: string[], say: string, ask: string, images?: number, pattern?: string,
 *   when: import("./conditions.js").Condition | null}} Rule
 */

/** @type {Record<string, (values: string[]) => boolean>} */
const CHECKS = {
  differ: (values) => new Set(values.map(alike)).size === values.length,
  // RFC 3339 in one time zone sorts as text; a date alone is compared with dates.
  ordered: (values) => values.slice(1).every((value, n) => {
    const shared = Math.min(value.length, values[n].length);
    return values[n].slice(0, shared) <= value.slice(0, shared);
  }),
  at_most: (values) => values.length < 2 || !(Number(values[0]) > Number(values[1])),
  one_of: (values) => values.length > 0,
};

/** @param {string} value */
const alike = (value) => value.toUpperCase().toLowerCase().split(/\s+/).join("");

/**
 * @param {Rule} rule @param {Form} form @param {Record<string, string>} kinds upload id → media type
 * @returns {boolean} surely broken: over empty fields no rule is, unless emptiness is what it is about
 */
function isBroken(rule, form, kinds) {
  if (holds(rule.when, form) !== true) return false;
  const isLeft = rule.fields.some((name) => form.left.includes(name));
  if (rule.kind === "one_of") return !isLeft && !CHECKS.one_of(rule.fields.filter((name) => !isEmpty(form.values[name])));
  if (isLeft) return false;
  const known = rule.fields.map((name) => form.values[name]).filter((value) => value !== undefined);
  if (rule.kind === "enough") return !isEnough(known.filter(Array.isArray).flat(), rule.images || 1, kinds);
  if (rule.kind === "shaped") return !known.every((value) => new RegExp(rule.pattern || "", "u").test(compact(String(value))));
  return !CHECKS[rule.kind](known.map(String));
}

// A video says as much as all the pictures.
/** @param {string[]} files @param {number} images @param {Record<string, string>} kinds */
function isEnough(files, images, kinds) {
  return files.length >= images || files.some((id) => (kinds[id] || "").startsWith("video/"));
}

module.exports = { isBroken };
