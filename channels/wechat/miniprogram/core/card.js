// The form as it is drawn: every field with its control, its value as people read it and what is wrong with it.

const { fill } = require("./filling.js");
const { groups, mostFiles, notices, progress, takesFiles, visible } = require("../form-core.js");

const LONG = 200; // characters from which on a text is written in several lines
const MOST_RADIOS = 8;
const LONGEST = 500;
/** The keyboard of a phone that fits; WeChat's names. @type {Record<string, string>} */
const KEYBOARDS = { phone: "number", money: "digit", number: "digit", resident_id: "idcard" };

/**
 * @typedef {import("../form-core.js").Field} Field
 * @typedef {import("../form-core.js").Template} Template
 * @typedef {import("../form-core.js").Typed} Typed
 * @typedef {import("../form-core.js").Circumstances} Circumstances
 * @typedef {typeof import("../i18n/zh.js").ZH} Words
 * @typedef {{value: string, label: string, checked: boolean}} Pick
 * @typedef {{id: string, name: string, path: string}} Picture
 * @typedef {{words: Words, paths: Record<string, string>, faults: Record<string, string>}} How
 *   paths: upload id → where its picture lies on the phone; faults: field id → what to say of it
 * @typedef {{id: string, control: string, label: string, mark: string, isNeeded: boolean, isSensitive: boolean, prompt: string,
 *   help: string, example: string, keyboard: string, longest: number, text: string, picks: Pick[], picked: number,
 *   files: Picture[], takesDocuments: boolean, isFull: boolean, fault: string}} View
 */

/** @param {Field} field @returns {string} which of the component's controls */
function controlOf({ type, options, limits }) {
  if (takesFiles({ type })) return "files";
  if (type === "choices") return "boxes";
  if (type === "yes_no") return "radios";
  if (type === "choice") return options.length > MOST_RADIOS ? "menu" : "radios";
  if (type === "text" && (limits.max_length || 0) >= LONG) return "lines";
  return { moment: "moment", period: "period", address: "address" }[/** @type {"moment"} */ (type)] || "line";
}

/** @param {Field} field @param {Template} template @param {Words} words */
function optionsOf(field, template, words) {
  if (field.type === "yes_no") return [{ value: "yes", label: words.yes }, { value: "no", label: words.no }];
  const isOffered = (/** @type {{value: string}} */ { value }) => field.id !== "identity_mode" || template.anonymous || value !== "anonymous";
  return field.options.filter(isOffered);
}

/** @param {unknown} value @returns {string[]} */
function chosen(value) {
  if (typeof value === "boolean") return [value ? "yes" : "no"];
  return Array.isArray(value) ? value : value ? [String(value)] : [];
}

/** @param {Template} template @param {Field} field @param {import("./verdicts.js").Value | null | undefined} value
 * @param {How} how
 * @returns {View} */
function view(template, field, value, { words, paths, faults }) {
  const picks = optionsOf(field, template, words).map((one) => ({ ...one, checked: chosen(value).includes(one.value) }));
  const isNeeded = field.required && !field.skippable;
  const files = takesFiles(field) ? chosen(value) : [];
  const name = (/** @type {string} */ id, /** @type {number} */ n) => fill(paths[id] ? words.photo : words.file, { n: n + 1 });
  return {
    id: field.id, control: controlOf(field), label: field.label, prompt: field.prompt, help: field.help, isNeeded,
    mark: isNeeded ? words.needed : words.optional, isSensitive: Boolean(field.sensitive), picks,
    example: field.example ? fill(words.for_example, { example: field.example }) : "",
    keyboard: KEYBOARDS[field.type] || "text", longest: Math.min(4 * (field.limits.max_length || LONGEST), 4000),
    text: takesFiles(field) || Array.isArray(value) || typeof value === "boolean" ? joined(value) : String(value || ""),
    picked: picks.findIndex(({ checked }) => checked),
    files: files.map((id, n) => ({ id, name: name(id, n), path: paths[id] || "" })),
    takesDocuments: (field.media_types || []).includes("application/pdf"),
    isFull: files.length >= mostFiles(field),
    fault: faults[field.id] || "",
  };
}

/** @param {unknown} value */
const joined = (value) => (Array.isArray(value) ? value.join("，") : "");

/**
 * @param {Template} template @param {Typed} typed @param {Circumstances} circumstances
 * @param {How} how
 */
function card(template, typed, circumstances, how) {
  const shown = visible(template, typed, circumstances);
  const views = (/** @type {string[]} */ ids) => template.fields
    .filter(({ id }) => ids.includes(id) && shown.includes(id))
    .map((field) => view(template, field, typed[field.id], how));
  const { matter, you, more } = groups(template);
  const { done, all } = progress(template, typed, circumstances);
  return {
    parts: [
      { id: "matter", title: how.words.the_matter, fields: views(matter) },
      { id: "you", title: how.words.about_you, fields: views(you) },
    ],
    more: views(more),
    notices: notices(template, typed, circumstances).map(({ at, text }) => ({ at, text })),
    done: fill(how.words.done_of, { done, all }), share: all ? Math.round((100 * done) / all) : 100,
  };
}

/** What is about to be sent, as people read it.
 * @param {Template} template @param {Typed} typed @param {Circumstances} circumstances @param {How} how
 * @returns {{id: string, label: string, text: string}[]} */
function review(template, typed, circumstances, how) {
  const { parts, more } = card(template, typed, circumstances, how);
  return [...parts.flatMap(({ fields }) => fields), ...more]
    .map((one) => ({ id: one.id, label: one.label, text: said(one) })).filter(({ text }) => text);
}

/** @param {View} one */
function said({ picks, files, text }) {
  if (files.length) return files.map(({ name }) => name).join("、");
  return picks.length ? picks.filter(({ checked }) => checked).map(({ label }) => label).join("、") : text;
}

module.exports = { card, review };
