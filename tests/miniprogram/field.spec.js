/** @jest-environment jsdom */
// The field component under miniprogram-simulate: what it shows of a view, and what it says was done to it.

const { join } = require("node:path");
const simulate = require("miniprogram-simulate");

const HOME = join(__dirname, "../../channels/wechat/miniprogram");
const { card } = require(`${HOME}/core/card.js`);
const { ZH } = require(`${HOME}/i18n/zh.js`);

const FIELD = { id: "x", label: "名称", prompt: "问？", help: "帮助", example: "例", required: true, options: [], limits: {} };
const ONE_TO = (n) => Array.from({ length: n }, (_, i) => ({ value: `v${i}`, label: `第${i}项` }));

let id;

beforeAll(() => {
  id = simulate.load(join(HOME, "components/field/field"), { rootPath: HOME, less: false });
});

// A form of this one field, drawn; says(): what the component told last.
function shown(field, value, { faults = {}, paths = {}, anonymous = true } = {}) {
  const whole = { ...FIELD, ...field };
  const template = { id: "t", version: 1, anonymous, fields: [whole], rules: [], notices: [] };
  const { parts, more } = card(template, { [whole.id]: value }, { now: new Date() }, { words: ZH, faults, paths });
  const view = [...parts.flatMap(({ fields }) => fields), ...more][0];
  const comp = simulate.render(id, { view, words: ZH, today: "2026-11-23" });
  comp.attach(document.createElement("parent"));
  const told = [];
  for (const name of ["change", "add", "remove", "place"]) comp.addEventListener(name, ({ detail }) => told.push([name, detail]));
  return { comp, told, of: (selector) => comp.querySelector(selector), all: (selector) => comp.querySelectorAll(selector) };
}

const text = (node) => node.dom.textContent.trim();

test("a field says what it is, whether it is needed, and what is wrong with it", () => {
  const { of } = shown({ sensitive: true }, "", { faults: { x: "请填写“名称”。" } });
  expect(text(of(".label"))).toBe("名称");
  expect(text(of(".needed"))).toBe("必填");
  expect(text(of(".prompt"))).toBe("问？");
  expect(text(of(".help"))).toBe("帮助");
  expect(text(of(".fault"))).toBe("请填写“名称”。");
  expect(of(".wrong")).toBeTruthy();
  expect(shown({ required: false }, "").of(".needed")).toBeFalsy();
});

// Drawn as WeChat's own elements: wx-input, wx-picker, …
test.each([
  ["text", {}, "wx-input"], ["text", { limits: { max_length: 500 } }, "wx-textarea"], ["phone", {}, "wx-input"],
  ["address", {}, "wx-button"], ["moment", {}, "wx-picker"], ["period", {}, "wx-picker"],
  ["choice", { options: ONE_TO(8) }, ".pick"], ["choice", { options: ONE_TO(9) }, "wx-picker"],
  ["choices", { options: ONE_TO(2) }, ".pick"], ["yes_no", {}, ".pick"], ["files", {}, "wx-button"],
  ["a type of tomorrow", {}, "wx-input"],
])("a field of the type %s %j has its control", (type, more, element) => {
  const { comp, of } = shown({ type, ...more }, "");
  expect(element.startsWith(".") ? of(element) : comp.dom.querySelector(element)).toBeTruthy();
});

test.each([
  ["a line", { type: "money" }, "", "input", { value: "320" }, "320"],
  ["a menu", { type: "choice", options: ONE_TO(9) }, "", "change", { value: "3" }, "v3"],
])("%s says what was written or picked", async (_, field, before, event, detail, value) => {
  const { comp, told } = shown(field, before);
  comp.instance[event === "input" ? "onInput" : "onMenu"]({ detail, currentTarget: { dataset: {} } });
  expect(told).toEqual([["change", { id: "x", value }]]);
});

test.each([
  ["onDay", "", {}, "2026-11-20", "2026-11-20"], ["onDay", "2026-11-22 21:30", {}, "2026-11-20", "2026-11-20 21:30"],
  ["onTime", "2026-11-22", {}, "21:30", "2026-11-22 21:30"], ["onTime", "昨晚", {}, "21:30", "2026-11-23 21:30"],
  ["onEnd", "", { end: "start" }, "2026-11-18", "2026-11-18/"], ["onEnd", "2026-11-18/", { end: "end" }, "2026-11-20", "2026-11-18/2026-11-20"],
  ["onEnd", "上个月", { end: "end" }, "2026-11-20", "/2026-11-20"],
])("a picker of time (%s) puts %j together", (handler, before, dataset, value, after) => {
  const { comp, told } = shown({ type: "moment" }, before);
  comp.instance[handler]({ detail: { value }, currentTarget: { dataset } });
  expect(told).toEqual([["change", { id: "x", value: after }]]);
});

async function pressed(field, value, ...places) {
  const { all, told } = shown(field, value);
  for (const n of places) all(".pick")[n].dispatchEvent("tap");
  await simulate.sleep(0);
  return told.map(([, detail]) => detail.value);
}

test("an option is picked, and taken back by pressing it again", async () => {
  expect(await pressed({ type: "choice", options: ONE_TO(2) }, "v1", 0, 1)).toEqual(["v0", ""]);
  expect(await pressed({ type: "yes_no" }, false, 0, 1)).toEqual([true, ""]);
});

test("boxes are ticked and unticked", async () => {
  expect(await pressed({ type: "choices", options: ONE_TO(3) }, ["v1"], 2, 1)).toEqual([["v1", "v2"], []]);
});

test("an address may be picked on the map, files from the album or a chat, and taken out again", async () => {
  const place = shown({ type: "address" }, "");
  place.of(".pick-place").dispatchEvent("tap");
  const files = shown({ type: "files", media_types: ["image/jpeg", "application/pdf"] }, ["u1", "u2"], { paths: { u1: "/tmp/one.jpg" } });
  for (const button of files.all(".add")) button.dispatchEvent("tap");
  files.all(".out")[1].dispatchEvent("tap");
  await simulate.sleep(0);
  expect(place.told).toEqual([["place", { id: "x" }]]);
  expect(files.told).toEqual([["add", { id: "x", from: "album" }], ["add", { id: "x", from: "chat" }], ["remove", { id: "x", upload: "u2" }]]);
  expect(files.all(".file").map(text).join()).toContain("文件 2");
});

test("a field that is full offers no more files", () => {
  expect(shown({ type: "video", media_types: ["video/mp4"] }, ["u1"]).of(".add")).toBeFalsy();
});

test("who may not be anonymous is not offered it", () => {
  const field = { id: "identity_mode", type: "choice", options: [{ value: "named", label: "实名" }, { value: "anonymous", label: "匿名" }] };
  expect(shown(field, "").all(".pick").map(text)).toEqual(["实名", "匿名"]);
  expect(shown(field, "", { anonymous: false }).all(".pick").map(text)).toEqual(["实名"]);
});
