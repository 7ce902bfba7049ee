// Whether a template's condition is true of the values, as gateway/dialogue/conditions.py says it: true, false, or null
// where it hangs on words that only the gateway reads.

const { HOUR_MS, lastMoment } = require("./moments.js");

/**
 * @typedef {import("./verdicts.js").Value} Value
 * @typedef {{field?: string, one_of?: string[], present?: boolean, absent?: boolean, over?: number,
 *   older_hours?: number, any?: Condition[], all?: Condition[]}} Condition
 * @typedef {{values: Record<string, Value>, left: string[], now: Date}} Form
 *   values: as stored, of the fields that are filled; left: filled, but in words
 */

/** @param {Condition | null | undefined} condition @param {Form} form @returns {boolean | null} */
function holds(condition, form) {
  if (!condition) return true;
  const { any = [], all = [], field = "" } = condition;
  if (any.length || all.length) {
    return every([any.length ? some(any.map((part) => holds(part, form))) : true, ...all.map((part) => holds(part, form))]);
  }
  const isLeft = form.left.includes(field);
  const isFilled = isLeft || form.values[field] !== undefined;
  if (condition.absent || condition.present) return isFilled !== Boolean(condition.absent);
  if (isLeft) return null;
  return isFilled && isTrueOf(condition, form.values[field], form.now);
}

/** @param {(boolean | null)[]} parts */
const every = (parts) => (parts.includes(false) ? false : parts.includes(null) ? null : true);
/** @param {(boolean | null)[]} parts */
const some = (parts) => (parts.includes(true) ? true : parts.includes(null) ? null : false);

/** @param {Condition} condition @param {Value} value @param {Date} now */
function isTrueOf({ over, older_hours: older, one_of: wanted = [] }, value, now) {
  if (over !== undefined) return Number(value) > over;
  if (older !== undefined) return lastMoment(String(value)) < now.getTime() - older * HOUR_MS;
  return said(value).some((one) => wanted.includes(one));
}

/** @param {Value} value @returns {string[]} */
function said(value) {
  if (typeof value === "boolean") return value ? ["yes", "true"] : ["no", "false"];
  return Array.isArray(value) ? value : [String(value)];
}

module.exports = { holds };
