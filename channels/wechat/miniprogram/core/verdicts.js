// What reading a value comes to: the value as it is stored, what is wrong with it (the codes of gateway/fields/codes.py),
// or nothing that can be said here: the gateway reads people's words (昨晚八点, 三百二十块), this side never guesses.

/**
 * @typedef {string | number | boolean | string[]} Value
 * @typedef {{value: Value, code?: undefined, left?: undefined}} Read
 * @typedef {{code: string, params: Record<string, string>, value?: undefined, left?: undefined}} Fault
 * @typedef {{left: true, code?: undefined, value?: undefined}} Left
 * @typedef {Read | Fault | Left} Verdict
 */

/** @type {Left} */
const LEFT = { left: true };

/** @param {Value} value @returns {Read} */
const read = (value) => ({ value });

/** @param {string} code @param {Record<string, string>} [params] @returns {Fault} */
const fault = (code, params = {}) => ({ code, params });

module.exports = { LEFT, fault, read };
