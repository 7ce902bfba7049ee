// form-core.js beside the gateway: the same values and the same error keys on one file of cases, for all templates.

const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const test = require("node:test");

const HOME = join(__dirname, "../../channels/wechat/miniprogram");
const { check, groups, notices, onForm, payload, progress, visible } = require(`${HOME}/form-core.js`);
const cases = JSON.parse(readFileSync(join(__dirname, "cases.json"), "utf-8"));
const at = { now: new Date(cases.now), kinds: cases.kinds };

const said = (faults) => faults.map(({ field, code }) => [field, code]);
const without = (values, names) => Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));

test("what the controls fill is read as the gateway reads it, in every template", () => {
  for (const { template, cases: forms } of cases.forms) {
    for (const { name, fields, values, faults } of forms.filter(({ picked }) => picked)) {
      const found = check(template, fields, at);
      assert.deepEqual(found, { values, faults: found.faults, left: [] }, `${template.id}: ${name}`);
      assert.deepEqual(said(found.faults), faults, `${template.id}: ${name}`);
    }
  }
});

test("people's words are read as the gateway reads them, or left to it", () => {
  for (const { template, cases: forms } of cases.forms) {
    for (const { name, fields, values, faults } of forms.filter(({ picked }) => !picked)) {
      const found = check(template, fields, at);
      const wrong = faults.map(([field]) => field);
      assert.deepEqual(found.values, without(values, found.left), `${template.id}: ${name}`);
      for (const fault of said(found.faults)) assert.ok(faults.some((one) => String(one) === String(fault)), `${template.id}: ${name}: ${fault}`);
      if (!found.left.length) assert.deepEqual(said(found.faults), faults, `${template.id}: ${name}`);
      assert.ok(found.left.length <= Object.keys(values).length + wrong.length);
    }
  }
});

// A small form of every kind of part.
const FORM = {
  id: "small", version: 3, title: "", description: "", anonymous: true, privacy: { version: "1", text: "" },
  fields: [
    { id: "problem", type: "choice", required: true, options: [{ value: "lost" }, { value: "late" }], limits: {} },
    { id: "value", type: "money", required: true, when: { field: "problem", one_of: ["lost"] }, options: [], limits: {} },
    { id: "told", type: "yes_no", required: true, skippable: true, options: [], limits: {} },
    { id: "contact_name", type: "text", options: [], limits: {} },
    { id: "contact_phone", type: "phone", required: true, options: [], limits: {} },
    { id: "identity_mode", type: "choice", options: [{ value: "named" }, { value: "anonymous" }], limits: {} },
    { id: "seller", type: "organisation", options: [], limits: {} },
    { id: "evidence", type: "files", options: [], limits: {}, media_types: ["image/jpeg"] },
  ],
  rules: [], notices: [
    { at: "opening", text: "hello", when: null }, { at: "when", text: "dear", when: { field: "value", over: 5000 } },
    { at: "summary", text: "sure?", when: null },
  ],
};

test("a field stands on the form while its condition holds, and only then it is sent", () => {
  const late = { problem: "late", value: "320", told: false };
  assert.ok(!visible(FORM, late, at).includes("value"));
  assert.deepEqual(payload(FORM, late, at), { template: "small", version: 3, fields: { problem: "late", told: false } });
  assert.deepEqual(payload(FORM, { ...late, problem: "lost" }, at, true), {
    template: "small", version: 3, fields: { problem: "lost", value: "320.00", told: false }, insist: true,
  });
  assert.deepEqual(Object.keys(onForm(FORM, late, at)).includes("value"), false);
});

test("who stays anonymous is not asked who they are", () => {
  const hidden = visible(FORM, { identity_mode: "anonymous", contact_phone: "13800138000" }, at);
  assert.deepEqual(hidden.filter((id) => id.startsWith("contact")), []);
  const faults = said(check(FORM, { identity_mode: "anonymous" }, at).faults);
  assert.deepEqual(faults, [["problem", "missing"]]);
});

test("what only the gateway reads is sent as it was written, and nothing that hangs on it is held against the form", () => {
  const words = { problem: "丢了", value: "三百二十块", contact_phone: "13800138000" };
  const found = check(FORM, words, at);
  assert.deepEqual(found.left, ["problem", "value"]);
  assert.deepEqual(found.faults, []);
  assert.deepEqual(payload(FORM, words, at).fields, { ...words, contact_phone: "+8613800138000" });
});

test("what the gateway has of somebody need not be written again", () => {
  const known = { contact_phone: "+8613800138000" };
  assert.deepEqual(said(check(FORM, { problem: "late" }, { ...at, known }).faults), []);
  assert.deepEqual(payload(FORM, { problem: "late" }, { ...at, known }).fields, { problem: "late" });
});

test("notices of the opening stand there from the beginning, others as soon as they are true", () => {
  const texts = (typed, when) => notices(FORM, typed, at, when).map(({ text }) => text);
  assert.deepEqual(texts({}), ["hello"]);
  assert.deepEqual(texts({ value: "6000" }), ["hello", "dear"]);
  assert.deepEqual(texts({ value: "六千" }), ["hello"]);
  assert.deepEqual(texts({}, ["summary"]), ["sure?"]);
});

test("progress counts what is needed as it stands", () => {
  assert.deepEqual(progress(FORM, {}, at), { done: 0, all: 2 });
  assert.deepEqual(progress(FORM, { problem: "lost" }, at), { done: 1, all: 3 });
});

test("the form has three parts: what happened, who tells it, and the rest", () => {
  assert.deepEqual(groups(FORM), {
    matter: ["problem", "value", "told", "evidence"], you: ["contact_name", "contact_phone", "identity_mode"], more: ["seller"],
  });
});

test("a file of another kind than the field takes is not sent", () => {
  const typed = { problem: "late", contact_phone: "12345", evidence: ["b".repeat(32)] };
  assert.deepEqual(said(check(FORM, typed, at).faults), [["evidence", "not_yours"]]);
});
