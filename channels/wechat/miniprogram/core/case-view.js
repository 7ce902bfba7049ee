// A case as it is drawn, and the rating as it is sent; what the gateway says of it is gateway/progress.py.

const { fill } = require("./filling.js");

const FINAL = ["closed", "rejected", "cancelled"];

/**
 * @typedef {typeof import("../i18n/zh.js").ZH} Words
 * @typedef {{at: string, what: string, label: string, text: string | null, department: string | null, round: number}} Step
 * @typedef {{work_order_id: string, template: string, title: string, status: string, department: string | null, created: string,
 *   due: string | null, round: number, satisfaction: number | null, progress: Step[]}} Case
 * @typedef {{resolved: string, satisfaction: number, contacted: string, reason: string, rework: boolean}} Answers
 */

/** @param {string} moment RFC 3339 in the city's time zone @returns {string} 2026-11-23 10:00 */
const short = (moment) => moment.slice(0, 16).replace("T", " ");

/** @param {Case} one @param {Words} words */
function caseView(one, words) {
  const isClosed = FINAL.includes(one.status);
  /** @type {Record<string, string>} */
  const statuses = words.statuses;
  return {
    id: one.work_order_id, title: one.title, status: statuses[one.status] || one.status, created: short(one.created),
    due: one.due && !isClosed ? fill(words.due, { day: one.due.slice(0, 10) }) : "",
    department: one.department ? fill(words.department, { name: one.department }) : "",
    isOpen: !isClosed, mayRate: one.status === "closed" && one.satisfaction === null,
    steps: one.progress.map((step, n) => ({ n, at: short(step.at), label: step.label, text: step.text || "" })).reverse(),
  };
}

/** @param {Answers} answers */
const isLow = ({ satisfaction }) => satisfaction > 0 && satisfaction <= 2;

/** Whether who answers so is asked if the case goes back (gateway/rating.py); where it does anyway, there is nothing to ask.
 * @param {Answers} answers @returns {boolean} */
const mayChoose = (answers) => (answers.resolved === "partly" ? !isLow(answers) : answers.resolved === "yes" && isLow(answers));

/** @param {Answers} answers @returns {boolean} */
function goesBack(answers) {
  const isBound = answers.resolved === "no" || (answers.resolved === "partly" && isLow(answers));
  return isBound || (mayChoose(answers) && answers.rework);
}

/** @param {Answers} answers @returns {object | null} null while something is missing */
function rating(answers) {
  const { resolved, satisfaction, contacted, reason, rework } = answers;
  if (!resolved || !satisfaction) return null;
  return { resolved, satisfaction, contacted: contacted || null, reason: reason.trim() || null, rework: mayChoose(answers) && rework };
}

module.exports = { caseView, goesBack, mayChoose, rating };
