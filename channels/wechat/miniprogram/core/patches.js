// What has to be drawn anew: the paths of WeChat's setData whose values changed. A line that is being written is then not
// disturbed by the fields around it.

/** @param {unknown} one @param {unknown} other */
const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** @param {unknown} value @returns {value is Record<string, any>} */
const isThing = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** A list is gone through while the same things stand in it, in the same order.
 * @param {any} before @param {any} after */
const isSameRow = (before, after) => Array.isArray(before) && Array.isArray(after) && before.length === after.length
  && after.every((one, n) => isThing(one) && one.id !== undefined && isThing(before[n]) && before[n].id === one.id);

/** @param {Record<string, unknown>} found @param {string} path @param {any} before @param {any} after */
function compare(found, path, before, after) {
  if (isSame(before, after)) return;
  if (isSameRow(before, after)) after.forEach((/** @type {any} */ one, /** @type {number} */ n) => compare(found, `${path}[${n}]`, before[n], one));
  else if (isThing(before) && isThing(after)) for (const key of Object.keys(after)) compare(found, `${path}.${key}`, before[key], after[key]);
  else found[path] = after;
}

/** @param {Record<string, any>} before what is drawn @param {Record<string, any>} after what is to be drawn, with the same keys
 * @returns {Record<string, any>} */
function patches(before, after) {
  /** @type {Record<string, unknown>} */
  const found = {};
  for (const key of Object.keys(after)) compare(found, key, before[key], after[key]);
  return found;
}

module.exports = { patches };
