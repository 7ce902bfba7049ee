// The list of matters a form can be filled for: by subject, with a search.

const { fill } = require("./filling.js");

/**
 * @typedef {{id: string, title: string, description: string, tags: string[]}} Head
 * @typedef {typeof import("../i18n/zh.js").ZH} Words
 */

/** Subjects in this order; a template belongs to the first that shares a tag with it, else to the last.
 * @type {[keyof Words["subjects"], string[]][]} */
const SUBJECTS = [
  ["shopping", ["consumer", "food", "express", "online_shopping"]],
  ["home", ["property", "elevator", "utilities", "noise", "pollution"]],
  ["street", ["shared_bike", "transport", "traffic", "public_facility"]],
  ["work", ["labour", "social_security", "housing_fund"]],
  ["people", ["medical", "education", "women"]],
  ["others", []],
];

/** @param {Head} head */
function subjectOf({ tags }) {
  const found = SUBJECTS.find(([, wanted]) => wanted.some((tag) => tags.includes(tag)));
  return (found || SUBJECTS[SUBJECTS.length - 1])[0];
}

/** Every word that is looked for has to be there.
 * @param {Head} head @param {string[]} wanted */
function fits({ title, description, tags }, wanted) {
  const text = [title, description, ...tags].join(" ").toLowerCase();
  return wanted.every((word) => text.includes(word));
}

/** @param {Head[]} heads @param {string} search @param {string[]} begun ids of templates with a draft @param {Words} words */
function matters(heads, search, begun, words) {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = heads.filter((head) => fits(head, wanted));
  const subjects = SUBJECTS.map(([name]) => ({
    name, title: words.subjects[name],
    heads: found.filter((head) => subjectOf(head) === name)
      .map(({ id, title, description }) => ({ id, title, description, isBegun: begun.includes(id) })),
  }));
  return {
    subjects: subjects.filter((one) => one.heads.length),
    found: found.length ? fill(words.matters_found, { n: found.length }) : words.matters_none,
  };
}

module.exports = { matters };
