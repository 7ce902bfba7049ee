// An order on its way to the gateway: tried again with the key it was tried with, and never filed twice; and what to say
// when something did not get there.

const gateway = require("./gateway.js");

const COME_BACK = [409, 429, 503]; // it is being filed, too many at once, not now

/**
 * @typedef {typeof import("./i18n/zh.js").ZH} Words
 * @typedef {{key: string, body: string}} Attempt
 * @typedef {{filed?: any, errors?: {field: string, code: string, message: string}[], said?: string}} Outcome
 *   filed: the receipt; errors: what is wrong with fields, in the gateway's words; said: why nothing came of it
 */

/** The gateway gives one answer to one key, and refuses it for another order (422): so a changed order gets a new one.
 * @param {object} order @param {Attempt | null} before @returns {Attempt} */
function attempt(order, before) {
  const body = JSON.stringify(order);
  return before && before.body === body ? before : { key: gateway.newKey(), body };
}

/** @param {object} order @param {string} key @param {Words} words @returns {Promise<Outcome>} */
async function fileOrder(order, key, words) {
  try {
    return { filed: await gateway.file(order, key) };
  } catch (failure) {
    if (!(failure instanceof gateway.Refused)) return { said: words.unheard };
    if (failure.errors.length) return { errors: failure.errors };
    return { said: COME_BACK.includes(failure.status) ? words.busy : failure.message };
  }
}

/** @param {unknown} failure @param {Words} words @returns {string} */
function whyNotUploaded(failure, words) {
  const status = failure instanceof gateway.Refused ? failure.status : 0;
  return { 413: words.file_large, 415: words.file_kind }[/** @type {413} */ (status)] || words.file_failed;
}

/** @param {unknown} failure @param {Words} words @returns {string} */
function whyNotLinked(failure, words) {
  const isRefused = failure instanceof gateway.Refused;
  if (isRefused && failure.code === "already_linked") return words.link_taken;
  return isRefused && failure.errors.length ? failure.errors[0].message : words.link_failed;
}

module.exports = { attempt, fileOrder, whyNotLinked, whyNotUploaded };
