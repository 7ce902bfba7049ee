// Forms that were begun: kept on this phone, not longer than the gateway keeps a draft (30 days). The numbers of identity
// papers and accounts are not written down here.

const { recall, remember, remembered } = require("./storage.js");
const { isEmpty, takesFiles } = require("./form-core.js");

/**
 * @typedef {import("./form-core.js").Template} Template
 * @typedef {import("./form-core.js").Typed} Typed
 * @typedef {{typed: Typed, kinds: Record<string, string>, at: number, sent: {key: string, body: string} | null}} Draft
 *   kinds: upload id → media type; sent: what was tried to file, and with which key
 */

const SECRET = ["resident_id", "passport", "account_number"];
const PREFIX = "draft:";
const KEPT_MS = 30 * 24 * 3_600_000;
const UPLOADS_KEPT_MS = 24 * 3_600_000; // the gateway forgets an upload that no case uses

/** @returns {Draft} */
const blank = () => ({ typed: {}, kinds: {}, at: Date.now(), sent: null });

/** @param {Template} template @returns {Draft} */
function open(template) {
  const draft = /** @type {Draft | undefined} */ (recall(PREFIX + template.id));
  if (!draft || Date.now() - draft.at > KEPT_MS) return blank();
  const isOld = Date.now() - draft.at > UPLOADS_KEPT_MS;
  const kept = template.fields.filter((field) => !isEmpty(draft.typed[field.id]) && !(isOld && takesFiles(field)));
  return { ...draft, typed: Object.fromEntries(kept.map(({ id }) => [id, draft.typed[id]])) };
}

/** @param {Template} template @param {Draft} draft */
function keep(template, draft) {
  const filled = template.fields.filter(({ id }) => !isEmpty(draft.typed[id]));
  const safe = filled.filter(({ type }) => !SECRET.includes(type));
  const typed = Object.fromEntries(safe.map(({ id }) => [id, draft.typed[id]]));
  const sent = safe.length === filled.length ? draft.sent : null; // what was sent holds the secrets, too
  remember(PREFIX + template.id, safe.length ? { ...draft, typed, sent, at: Date.now() } : undefined);
}

/** @param {string} template */
const drop = (template) => remember(PREFIX + template, undefined);

/** @returns {string[]} the ids of templates with a draft */
const begun = () => remembered(PREFIX).map((name) => name.slice(PREFIX.length));

module.exports = { begun, blank, drop, keep, open };
