// One complaint form without a screen: which of its fields stand on it, what is wrong with them, what is sent.
// The form is what GET /api/templates/{id} answers; nothing about a template stands in this code. No wx.* here:
// the same values and error keys as the gateway's own (gateway/dialogue/posted.py), shown by tests/miniprogram.

const { holds } = require("./core/conditions.js");
const { isBroken } = require("./core/rules.js");
const { FILES, isEmpty, mostFiles, readValue } = require("./core/values.js");

const ABOUT_YOU = ["contact_name", "contact_phone", "identity_mode"];

/**
 * @typedef {import("./core/verdicts.js").Value} Value
 * @typedef {import("./core/conditions.js").Condition} Condition
 * @typedef {import("./core/rules.js").Rule} Rule
 * @typedef {import("./core/values.js").FieldKind & {label: string, prompt: string, help: string, example: string,
 *   required: boolean, skippable: boolean, sensitive: boolean, when: Condition | null, role: string | null,
 *   context: string | null, media_types?: string[]}} Field
 * @typedef {{at: string, text: string, when: Condition | null}} Notice
 * @typedef {{id: string, version: number, title: string, description: string, anonymous: boolean, fields: Field[],
 *   rules: Rule[], notices: Notice[], privacy: {version: string, text: string}}} Template
 * @typedef {Record<string, Value | null | undefined>} Typed what the controls hold, by field id
 * @typedef {{field: string, code: string, params: Record<string, string>, said: string}} FieldFault
 *   code: below `problem.` of the gateway's replies; said: the template's own words, where it has some for this
 * @typedef {{values: Record<string, Value>, faults: FieldFault[], left: string[]}} Checked
 *   values: as they are stored; left: fields in words that only the gateway reads, sent as they were written
 * @typedef {{now: Date, kinds?: Record<string, string>, known?: Record<string, Value>}} Circumstances
 *   kinds: upload id → media type; known: what the gateway has of this citizen already
 */

/** @param {Template} template @param {string} name */
const fieldOf = (template, name) => template.fields.find(({ id }) => id === name);

/** @param {{type: string}} field */
const takesFiles = (field) => FILES[field.type] !== undefined;

/** @param {string} field @param {string} code @param {Record<string, string>} [params] @param {string} [said] @returns {FieldFault} */
const blame = (field, code, params = {}, said = "") => ({ field, code, params, said });

/**
 * Every fault of a form that is about to be sent, in the order of its fields.
 * @param {Template} template @param {Typed} typed @param {Circumstances} circumstances @returns {Checked}
 */
function check(template, typed, { now, kinds = {}, known = {} }) {
  const form = { values: { ...known }, left: /** @type {string[]} */ ([]), now };
  const faults = [...readAll(template, typed, form), ...readUploads(template, typed, form, kinds)];
  faults.push(...Object.keys(typed).filter((name) => !fieldOf(template, name)).map((name) => blame(name, "unknown")));
  faults.push(...missing(template, form, faults));
  faults.push(...broken(template, form, faults, kinds));
  const place = (/** @type {FieldFault} */ { field }) => {
    const n = template.fields.findIndex(({ id }) => id === field);
    return n < 0 ? template.fields.length : n;
  };
  faults.sort((one, other) => place(one) - place(other));
  return { values: form.values, faults, left: form.left };
}

/** @param {Template} template @param {Typed} typed @param {import("./core/conditions.js").Form} form @returns {FieldFault[]} */
function readAll(template, typed, form) {
  const faults = [];
  for (const [name, value] of Object.entries(typed)) {
    const field = fieldOf(template, name);
    if (!field || takesFiles(field) || isEmpty(value)) continue;
    const verdict = readValue(field, /** @type {Value} */ (value), form.now);
    if (name === "identity_mode" && verdict.value === "anonymous" && !template.anonymous) faults.push(blame(name, "anonymous"));
    else if (verdict.code) faults.push(blame(name, verdict.code, verdict.params));
    else keep(form, name, verdict);
  }
  return faults;
}

/** @param {import("./core/conditions.js").Form} form @param {string} name @param {import("./core/verdicts.js").Verdict} verdict */
function keep(form, name, verdict) {
  if (verdict.left) form.left.push(name);
  else form.values[name] = /** @type {Value} */ (verdict.value);
}

/** @param {Template} template @param {Typed} typed @param {import("./core/conditions.js").Form} form
 * @param {Record<string, string>} kinds @returns {FieldFault[]} */
function readUploads(template, typed, form, kinds) {
  const faults = [];
  for (const field of template.fields.filter((one) => takesFiles(one) && !isEmpty(typed[one.id]))) {
    const verdict = readValue(field, /** @type {Value} */ (typed[field.id]), form.now);
    const ids = Array.isArray(verdict.value) ? verdict.value : [];
    if (verdict.code) faults.push(blame(field.id, verdict.code, verdict.params));
    else if (ids.some((id) => !(field.media_types || []).includes(kinds[id]))) faults.push(blame(field.id, "not_yours"));
    else keep(form, field.id, verdict);
  }
  return faults;
}

/** Required fields without a value; not the number of who means to be anonymous.
 * @param {Template} template @param {import("./core/conditions.js").Form} form @param {FieldFault[]} faults */
function missing(template, form, faults) {
  const said = faults.map(({ field }) => field);
  if (said.includes("identity_mode")) said.push("contact_phone");
  const isFilled = (/** @type {string} */ name) => form.values[name] !== undefined || form.left.includes(name);
  return template.fields
    .filter((field) => field.required && !field.skippable && !isFilled(field.id) && !said.includes(field.id))
    .filter((field) => isWanted(field, form) && holds(field.when, form) === true)
    .map((field) => blame(field.id, "missing"));
}

/** @param {Field} field @param {import("./core/conditions.js").Form} form */
function isWanted({ id }, form) {
  return id !== "contact_phone" || !(form.values.identity_mode === "anonymous" || form.left.includes("identity_mode"));
}

/** @param {Template} template @param {import("./core/conditions.js").Form} form @param {FieldFault[]} faults
 * @param {Record<string, string>} kinds */
function broken(template, form, faults, kinds) {
  const said = faults.map(({ field }) => field);
  return template.rules
    .filter((rule) => ![rule.ask, ...rule.fields].some((name) => said.includes(name)) && isBroken(rule, form, kinds))
    .map((rule) => blame(rule.ask, rule.kind, {}, rule.say));
}

/** The ids of the fields that stand on the form now.
 * @param {Template} template @param {Typed} typed @param {Circumstances} circumstances */
function visible(template, typed, circumstances) {
  const form = { ...check(template, typed, circumstances), now: circumstances.now };
  const isNameless = form.values.identity_mode === "anonymous";
  return template.fields
    .filter((field) => holds(field.when, form) !== false && !(isNameless && ["contact_phone", "contact_name"].includes(field.id)))
    .map(({ id }) => id);
}

/** What is sent: the fields that stand there and are filled, read where that could be done here.
 * @param {Template} template @param {Typed} typed @param {Circumstances} circumstances @param {boolean} [insist] */
function payload(template, typed, circumstances, insist = false) {
  const { values } = check(template, typed, circumstances);
  /** @type {Record<string, Value>} */
  const fields = {};
  for (const id of visible(template, typed, circumstances)) {
    if (!isEmpty(typed[id])) fields[id] = values[id] !== undefined ? values[id] : /** @type {Value} */ (typed[id]);
  }
  return { template: template.id, version: template.version, fields, ...(insist ? { insist } : {}) };
}

/** What of the form can be sent at all: the fields that stand on it.
 * @param {Template} template @param {Typed} typed @param {Circumstances} circumstances @returns {Typed} */
function onForm(template, typed, circumstances) {
  return Object.fromEntries(visible(template, typed, circumstances).map((id) => [id, typed[id]]));
}

/** Those of the opening from the beginning, others as soon as their condition holds.
 * @param {Template} template @param {Typed} typed @param {Circumstances} circumstances @param {string[]} [at] */
function notices(template, typed, circumstances, at = ["opening", "when"]) {
  const form = { ...check(template, typed, circumstances), now: circumstances.now };
  return template.notices.filter((one) => at.includes(one.at) && (one.at !== "when" || one.when) && holds(one.when, form) === true);
}

/** @param {Template} template @param {Typed} typed @param {Circumstances} circumstances @returns {{done: number, all: number}} */
function progress(template, typed, circumstances) {
  const shown = visible(template, typed, circumstances);
  const needed = template.fields.filter((field) => field.required && !field.skippable && shown.includes(field.id));
  return { done: needed.filter(({ id }) => !isEmpty(typed[id])).length, all: needed.length };
}

/** The form's parts: what happened, who tells it, what is not needed.
 * @param {Template} template @returns {{matter: string[], you: string[], more: string[]}} field ids */
function groups(template) {
  const isYou = (/** @type {Field} */ { id }) => ABOUT_YOU.includes(id);
  const isMatter = (/** @type {Field} */ field) => !isYou(field) && (field.required || takesFiles(field));
  const ids = (/** @type {(field: Field) => boolean} */ test) => template.fields.filter(test).map(({ id }) => id);
  return { matter: ids(isMatter), you: ids(isYou), more: ids((field) => !isYou(field) && !isMatter(field)) };
}

module.exports = { check, groups, isEmpty, mostFiles, notices, onForm, payload, progress, takesFiles, visible };
