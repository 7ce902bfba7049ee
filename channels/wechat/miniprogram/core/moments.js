// Points and stretches of time as pickers write them; 昨晚八点 and "last Monday" are the gateway's to read.

const { fold, size, trimmed } = require("./folding.js");
const { LEFT, fault, read } = require("./verdicts.js");

const HOUR_MS = 3_600_000;
const LEEWAY_MS = 300_000; // clocks of phones differ
const CHINA = "+08:00";
const LONGEST = 200, LONGEST_STRETCH = 300;
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;
const MOMENT = /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:\d\d)?$/i;

/** @param {number} ms @returns {string} RFC 3339 with China's offset, as the gateway writes it */
const inChina = (ms) => new Date(ms + 8 * HOUR_MS).toISOString().slice(0, 19) + CHINA;

/** @param {Date} now @returns {string} the day it is in China */
const today = (now) => inChina(now.getTime()).slice(0, 10);

/** @param {string} text @returns {boolean} a day of the calendar, of years that somebody complains about */
function isDay(text) {
  const found = DAY.exec(text);
  if (!found || +found[1] < 1900 || +found[1] >= 2200) return false;
  const day = new Date(Date.UTC(+found[1], +found[2] - 1, +found[3]));
  return day.toISOString().slice(0, 10) === text; // 2026-02-30 is a day of March
}

/** @param {string} text @returns {number | null} ms since 1970; null for what is no moment */
function instant(text) {
  const found = MOMENT.exec(text);
  if (!found) return isDay(text) ? Date.parse(`${text}T00:00:00${CHINA}`) : null;
  const [, day, hour, minute, second = "00", zone = CHINA] = found;
  if (!isDay(day) || +hour > 23 || +minute > 59 || +second > 59) return null;
  return Date.parse(`${day}T${hour}:${minute}:${second}${zone.toUpperCase()}`);
}

/** @param {string} text @param {{past_only?: boolean}} limits @param {Date} now */
function readMoment(text, limits, now) {
  if (size(text) > LONGEST || !trimmed(text)) return fault("moment");
  const answer = fold(text).trim();
  if (isDay(answer)) return limits.past_only && answer > today(now) ? fault("future") : read(answer);
  const at = MOMENT.test(answer) ? instant(answer) : null;
  if (at === null) return LEFT;
  return limits.past_only && at > now.getTime() + LEEWAY_MS ? fault("future") : read(inChina(at));
}

/** @param {string} text "start/end" */
function readPeriod(text) {
  if (size(text) > LONGEST_STRETCH || !trimmed(text)) return fault("period");
  const [start, end, more] = fold(text).trim().split("/");
  if (end === undefined || more !== undefined) return LEFT;
  const [first, last] = [instant(start), instant(end)];
  if (first === null || last === null) return LEFT;
  if (first >= last) return fault("period_order");
  return read(`${inChina(first)}/${inChina(last)}`);
}

/** @param {string} value a stored moment, or the end of a stored period @returns {number} ms; a day lasts until its end in UTC */
function lastMoment(value) {
  const last = String(value).split("/").slice(-1)[0];
  return DAY.test(last) ? Date.parse(`${last}T00:00:00Z`) + 24 * HOUR_MS : Date.parse(last);
}

module.exports = { HOUR_MS, lastMoment, readMoment, readPeriod };
