// What is around the form: drafts, words, the list of matters, cases and ratings, and that the pages are whole.

const assert = require("node:assert/strict");
const { existsSync, readFileSync, readdirSync } = require("node:fs");
const { join } = require("node:path");
const test = require("node:test");
const { fakeWx } = require("./fake-wx.js");

const HOME = join(__dirname, "../../channels/wechat/miniprogram");
const drafts = require(`${HOME}/drafts.js`);
const { caseView, goesBack, mayChoose, rating } = require(`${HOME}/core/case-view.js`);
const { card, review } = require(`${HOME}/core/card.js`);
const { patches } = require(`${HOME}/core/patches.js`);
const { matters } = require(`${HOME}/core/matters.js`);
const i18n = require(`${HOME}/i18n/i18n.js`);
const { EN } = require(`${HOME}/i18n/en.js`);
const { PROBLEMS } = require(`${HOME}/i18n/problems.js`);
const { ZH } = require(`${HOME}/i18n/zh.js`);

const cases = JSON.parse(readFileSync(join(__dirname, "cases.json"), "utf-8"));
const HOUR_MS = 3_600_000;

const FORM = {
  id: "small", version: 1, anonymous: true, rules: [], notices: [{ at: "opening", text: "hello", when: null }],
  fields: [
    { id: "told", type: "text", label: "事情", required: true, options: [], limits: {} },
    { id: "card_no", type: "resident_id", label: "证件", sensitive: true, options: [], limits: {} },
    { id: "kind", type: "choice", label: "种类", required: true, options: [{ value: "a", label: "甲" }, { value: "b", label: "乙" }], limits: {} },
    { id: "still", type: "yes_no", label: "还在", options: [], limits: {} },
    { id: "evidence", type: "files", label: "照片", options: [], limits: {}, media_types: ["image/jpeg"] },
  ],
};

test.beforeEach(() => {
  global.wx = fakeWx();
  i18n.speak();
});

// --- drafts ---------------------------------------------------------------------------------------------------------

test("a form that was begun comes back; a card's number does not, and an empty form leaves nothing", () => {
  const draft = { ...drafts.blank(), typed: { told: "路灯坏了", card_no: "1", kind: "" } };
  drafts.keep(FORM, draft);
  assert.deepEqual(drafts.begun(), ["small"]);
  assert.deepEqual(drafts.open(FORM).typed, { told: "路灯坏了" });
  const sent = { key: "k", body: "{}" };
  drafts.keep(FORM, { ...draft, sent });
  assert.equal(drafts.open(FORM).sent, null);
  drafts.keep(FORM, { ...draft, typed: { told: "路灯坏了" }, sent });
  assert.deepEqual(drafts.open(FORM).sent, sent);
  drafts.keep(FORM, { ...draft, typed: { told: "" } });
  assert.deepEqual(drafts.begun(), []);
});

test("files are forgotten after a day, as the gateway forgets them, and the form after thirty", (t) => {
  const clock = Date.now;
  t.after(() => (Date.now = clock));
  const at = (hours) => (Date.now = () => hours * HOUR_MS);
  at(0);
  drafts.keep(FORM, { ...drafts.blank(), typed: { told: "x", evidence: ["u"] } });
  at(23);
  assert.deepEqual(drafts.open(FORM).typed, { told: "x", evidence: ["u"] });
  at(25);
  assert.deepEqual(drafts.open(FORM).typed, { told: "x" });
  at(31 * 24);
  assert.deepEqual(drafts.open(FORM).typed, {});
});

test("a phone whose storage is forbidden still has a form", () => {
  const forbidden = () => {
    throw new Error("no storage");
  };
  Object.assign(wx, { getStorageSync: forbidden, setStorageSync: forbidden, removeStorageSync: forbidden, getStorageInfoSync: forbidden });
  drafts.keep(FORM, { ...drafts.blank(), typed: { told: "x" } });
  assert.deepEqual(drafts.open(FORM).typed, {});
  assert.deepEqual(drafts.begun(), []);
});

// --- words ----------------------------------------------------------------------------------------------------------

function keysOf(words) {
  return Object.entries(words).flatMap(([key, value]) => (typeof value === "object" ? keysOf(value).map((inner) => `${key}.${inner}`) : [key]));
}
const placesOf = (words) => Object.values(words).filter((value) => typeof value === "string").map((value) => (value.match(/\{\w+\}/g) || []).sort().join());

test("both languages say the same things, with the same places in them", () => {
  assert.deepEqual(keysOf(EN), keysOf(ZH));
  assert.deepEqual(placesOf(EN), placesOf(ZH));
  assert.deepEqual(Object.keys(PROBLEMS.en), Object.keys(PROBLEMS.zh));
});

test("everything that can be wrong with a form has its words", () => {
  const codes = new Set(cases.forms.flatMap(({ cases: forms }) => forms.flatMap(({ faults }) => faults.map(([, code]) => code))));
  const rules = new Set(cases.forms.flatMap(({ template }) => template.rules.map(({ kind }) => kind))); // in the template's words
  for (const code of codes) assert.ok(rules.has(code) || PROBLEMS.zh[code], code);
  assert.equal(i18n.problem({ code: "too_short", params: { min: "2" }, said: "" }, "事情"), "“事情”太短了，至少 2 个字。");
  assert.equal(i18n.problem({ code: "differ", params: {}, said: "两个地址一样。" }, ""), "两个地址一样。");
});

test("the citizen's choice of language goes before the phone's", () => {
  assert.equal(i18n.language(), "zh");
  i18n.speak("en");
  i18n.speak();
  assert.equal(i18n.language(), "en");
  i18n.enlarge(true);
  assert.deepEqual(i18n.look(), { words: EN, large: true });
});

// --- what is drawn --------------------------------------------------------------------------------------------------

const how = () => ({ words: ZH, paths: { u1: "/tmp/1.jpg" }, faults: { told: "请填写" } });
const at = () => ({ now: new Date(cases.now), kinds: { u1: "image/jpeg" } });

test("a form is drawn with what is in it, and looked over in the words of its options", () => {
  const typed = { told: "路灯坏了", kind: "b", still: false, evidence: ["u1", "u2"] };
  const { parts, more, notices, done, share } = card(FORM, typed, at(), how());
  assert.deepEqual(parts[0].fields.map(({ id, control, fault }) => [id, control, fault]), [["told", "line", "请填写"], ["kind", "radios", ""], ["evidence", "files", ""]]);
  assert.deepEqual(more.map(({ id, control }) => [id, control]), [["card_no", "line"], ["still", "radios"]]);
  assert.deepEqual([notices.length, done, share], [1, "必填 2/2", 100]);
  assert.deepEqual(review(FORM, typed, at(), how()).map(({ label, text }) => `${label}：${text}`), [
    "事情：路灯坏了", "种类：乙", "照片：照片 1、文件 2", "还在：否",
  ]);
});

test("only what changed is drawn anew, so that writing is not disturbed", () => {
  const drawn = (typed) => card(FORM, typed, at(), { ...how(), faults: {} });
  const empty = drawn({});
  assert.deepEqual(patches(empty, drawn({})), {});
  assert.deepEqual(patches(empty, drawn({ told: "x" })), { "parts[0].fields[0].text": "x", done: "必填 1/2", share: 50 });
  const nameless = patches({ parts: [{ id: "a", fields: [{ id: "x" }, { id: "y" }] }] }, { parts: [{ id: "a", fields: [{ id: "y" }] }] });
  assert.deepEqual(nameless, { "parts[0].fields": [{ id: "y" }] });
  assert.deepEqual(patches({ list: [{ id: "x" }] }, { list: [{ id: "z" }] }), { list: [{ id: "z" }] });
  assert.deepEqual(patches({}, { one: null, two: [] }), { one: null, two: [] });
});

test("matters are listed by subject, found by every word, and marked when begun", () => {
  const heads = [
    { id: "express_delivery", title: "快递投诉", description: "快件延误", tags: ["express"] },
    { id: "general", title: "其他诉求", description: "别的事", tags: [] },
  ];
  const all = matters(heads, "", ["general"], ZH);
  assert.deepEqual(all.subjects.map(({ name, heads: found }) => [name, found.map(({ isBegun }) => isBegun)]), [["shopping", [false]], ["others", [true]]]);
  assert.deepEqual(matters(heads, "快件  投诉", [], ZH).subjects.map(({ name }) => name), ["shopping"]);
  assert.equal(matters(heads, "地铁", [], ZH).found, ZH.matters_none);
});

const CASE = {
  work_order_id: "WO-1", template: "general", title: "路灯", status: "closed", department: "市城管局", created: "2026-11-23T10:00:00+08:00",
  due: "2026-11-30T18:00:00+08:00", round: 0, satisfaction: null,
  progress: [{ at: "2026-11-23T10:00:00+08:00", what: "filed", label: "已登记", text: null, department: null, round: 0 },
    { at: "2026-11-24T10:00:00+08:00", what: "closed", label: "已办结", text: "修好了", department: null, round: 0 }],
};

test("a case shows its latest step first, and is rated once it is closed", () => {
  const view = caseView(CASE, ZH);
  assert.deepEqual([view.status, view.mayRate, view.isOpen, view.due], ["已办结", true, false, ""]);
  assert.deepEqual(view.steps.map(({ at: when, text }) => [when, text]), [["2026-11-24 10:00", "修好了"], ["2026-11-23 10:00", ""]]);
  const open = caseView({ ...CASE, status: "assigned" }, ZH);
  assert.deepEqual([open.mayRate, open.isOpen, open.due], [false, true, "预计 2026-11-30 前办结"]);
  assert.equal(caseView({ ...CASE, satisfaction: 5 }, ZH).mayRate, false);
  assert.equal(caseView({ ...CASE, status: "rejected" }, ZH).mayRate, false);
  assert.equal(caseView({ ...CASE, status: "a status of tomorrow" }, ZH).status, "a status of tomorrow");
});

test("a rating is whole with both answers; whether the case goes back is asked only where it is open", () => {
  const answers = (resolved, satisfaction, rework = false) => ({ resolved, satisfaction, contacted: "", reason: " ", rework });
  assert.equal(rating(answers("yes", 0)), null);
  assert.equal(rating(answers("", 5)), null);
  assert.deepEqual(rating(answers("yes", 5, true)), { resolved: "yes", satisfaction: 5, contacted: null, reason: null, rework: false });
  const table = [["no", 5, false, true], ["partly", 1, false, true], ["partly", 4, true, false], ["yes", 2, true, false], ["yes", 4, false, false]];
  for (const [resolved, satisfaction, asks, back] of table) {
    assert.deepEqual([mayChoose(answers(resolved, satisfaction)), goesBack(answers(resolved, satisfaction))], [asks, back], `${resolved} ${satisfaction}`);
  }
  assert.equal(goesBack(answers("partly", 4, true)), true);
});

// --- the pages ------------------------------------------------------------------------------------------------------

const app = JSON.parse(readFileSync(join(HOME, "app.json"), "utf-8"));
const folders = [...app.pages, "components/field/field"];

test("every page has its four files, and every handler its WXML names", () => {
  for (const path of folders) {
    for (const end of ["js", "json", "wxml", "wxss"]) assert.ok(existsSync(join(HOME, `${path}.${end}`)), `${path}.${end}`);
    const wxml = readFileSync(join(HOME, `${path}.wxml`), "utf-8");
    const script = readFileSync(join(HOME, `${path}.js`), "utf-8");
    for (const [, handler] of wxml.matchAll(/bind:\w+="(\w+)"/g)) assert.match(script, new RegExp(`^ {2,4}(async )?${handler}\\(`, "m"), `${path}: ${handler}`);
    assert.doesNotMatch(wxml, /\bbindtap|catchtap/, "glass-easel knows bind:tap alone");
  }
});

test("every word a page shows is one of ours", () => {
  for (const path of folders) {
    const wxml = readFileSync(join(HOME, `${path}.wxml`), "utf-8");
    for (const [, key] of wxml.matchAll(/words\.(\w+)/g)) assert.ok(key in ZH, `${path}: ${key}`);
    assert.doesNotMatch(wxml.replace(/\{\{.*?\}\}/gs, ""), /[\u4e00-\u9fff]/, `${path}: words stand in i18n/`);
  }
});

test("form-core and its parts know no phone, and nobody but gateway.js the network", () => {
  for (const name of readdirSync(join(HOME, "core"))) assert.doesNotMatch(readFileSync(join(HOME, "core", name), "utf-8"), /\bwx\.|getApp/, name);
  assert.doesNotMatch(readFileSync(join(HOME, "form-core.js"), "utf-8"), /\bwx\.(?!\*)|getApp/);
  for (const path of [...app.pages.map((page) => `${page}.js`), "drafts.js", "picking.js", "storage.js"]) {
    assert.doesNotMatch(readFileSync(join(HOME, path), "utf-8"), /wx\.(request|uploadFile|downloadFile|connectSocket)\(/, path);
  }
});

// --- colours --------------------------------------------------------------------------------------------------------

function luminance(colour) {
  const parts = colour.match(/[0-9a-f]{2}/gi).map((part) => parseInt(part, 16) / 255);
  const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

// WCAG 2.2, 1.4.3: 4.5 for letters of any size.
test("letters can be read on what they stand on, in light and dark", () => {
  const schemes = readFileSync(join(HOME, "app.wxss"), "utf-8").split("@media");
  assert.equal(schemes.length, 2);
  const on = { ink: ["paper", "card", "pale"], faint: ["paper", "card", "pale"], blue: ["card", "paper"], red: ["rose", "card"], "on-blue": ["blue"] };
  for (const scheme of schemes) {
    const colours = Object.fromEntries([...scheme.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, colour]) => [name, luminance(colour)]));
    for (const [name, grounds] of Object.entries(on)) {
      for (const ground of grounds) {
        const [dark, light] = [colours[name], colours[ground]].sort((one, other) => one - other);
        assert.ok((light + 0.05) / (dark + 0.05) >= 4.5, `${name} on ${ground}: ${(light + 0.05) / (dark + 0.05)}`);
      }
    }
  }
});
