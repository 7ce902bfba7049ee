// gateway.js: the session, what is sent with it, and what its answers become.

const assert = require("node:assert/strict");
const { join } = require("node:path");
const test = require("node:test");
const { fakeWx } = require("./fake-wx.js");

const HOME = join(__dirname, "../../channels/wechat/miniprogram");
const gateway = require(`${HOME}/gateway.js`);
const { attempt, fileOrder, whyNotLinked, whyNotUploaded } = require(`${HOME}/filing.js`);
const { ZH } = require(`${HOME}/i18n/zh.js`);

const SESSION = { session: "t0ken" };
const paths = () => wx.asked.map(({ method, path }) => `${method} ${path}`);

// answers: [status, body, headers] one after the other; then nothing is heard any more
function answering(...answers) {
  global.wx = fakeWx(answers);
}

test("the first call logs in with WeChat's code, and the token is kept on the phone", async () => {
  answering([200, SESSION], [200, { work_orders: [] }], [200, { work_orders: [{}] }]);
  assert.deepEqual(await gateway.cases(), []);
  assert.equal((await gateway.cases()).length, 1);
  assert.deepEqual(paths(), ["POST /api/login/wechat-mini", "GET /api/work-orders", "GET /api/work-orders"]);
  assert.deepEqual(wx.asked[0].data, { appid: "wx1", code: "c0de" });
  assert.equal(wx.asked[1].header.Authorization, "Bearer t0ken");
});

test("a gateway without a mini-program gives a session all the same", async () => {
  answering([404, { code: "not_found" }], [201, SESSION], [200, { work_orders: [] }]);
  await gateway.cases();
  assert.deepEqual(paths(), ["POST /api/login/wechat-mini", "POST /api/sessions", "GET /api/work-orders"]);
});

test("a login that WeChat refuses is no reason for a session without it", async () => {
  answering([401, { code: "unauthorised" }]);
  await assert.rejects(gateway.cases(), { status: 401 });
});

test("nor is a platform that is busy: what is filed without it would be nobody's", async () => {
  answering([503, { code: "unavailable" }, { "Retry-After": "5" }]);
  await assert.rejects(gateway.cases(), { status: 503, retryAfter: 5 });
  assert.equal(wx.storage.get("session"), undefined);
});

test("several calls at once log in once", async () => {
  answering([200, SESSION], [200, { work_orders: [] }], [200, { work_orders: [] }]);
  await Promise.all([gateway.cases(), gateway.cases()]);
  assert.equal(paths().filter((path) => path.includes("login")).length, 1);
});

test("a session that has ended is opened anew, once", async () => {
  answering([401, {}], [200, { session: "new" }], [200, { work_orders: [] }]);
  wx.storage.set("session", "old");
  await gateway.cases();
  assert.deepEqual(wx.asked.map(({ header }) => header.Authorization), ["Bearer old", undefined, "Bearer new"]);
  answering([401, {}], [200, SESSION], [401, { code: "unauthorised" }]);
  wx.storage.set("session", "old");
  await assert.rejects(gateway.cases(), { status: 401 });
  assert.deepEqual(wx.answers, []);
});

test("calls that find the session ended together open one new one", async () => {
  answering([401, {}], [401, {}], [200, { session: "new" }], [200, { work_orders: [] }], [200, { work_orders: [] }]);
  wx.storage.set("session", "old");
  await Promise.all([gateway.cases(), gateway.cases()]);
  assert.equal(paths().filter((path) => path.includes("login")).length, 1);
  assert.equal(wx.storage.get("session"), "new");
});

// --- the phone number -------------------------------------------------------------------------------------------------

test("who is known by WeChat may link their phone number, once", async () => {
  answering([200, SESSION], [200, { work_orders: [] }], [200, SESSION]);
  assert.equal(gateway.mayLink(), false);
  await gateway.cases();
  assert.equal(gateway.mayLink(), true);
  await gateway.linkPhone("ph0ne");
  assert.deepEqual([wx.asked[2].path, wx.asked[2].data], ["/api/login/wechat-mini/phone", { code: "ph0ne" }]);
  assert.equal(wx.asked[2].header.Authorization, "Bearer t0ken");
  assert.equal(gateway.mayLink(), false);
});

test("a visitor without a WeChat account may not", async () => {
  answering([404, { code: "no_mini_program" }], [201, SESSION], [200, { work_orders: [] }]);
  await gateway.cases();
  assert.equal(gateway.mayLink(), false);
});

test("a code that WeChat does not know any more does not end the session", async () => {
  answering([401, { code: "wechat_code" }]);
  wx.storage.set("session", "t");
  wx.storage.set("known", true);
  await assert.rejects(gateway.linkPhone("old"), { code: "wechat_code" });
  assert.deepEqual([wx.storage.get("session"), gateway.mayLink()], ["t", true]);
});

test("why a phone number was not linked is said as far as it is known", () => {
  const refused = (status, problem) => whyNotLinked(new gateway.Refused(status, problem, null), ZH);
  assert.equal(refused(409, { code: "already_linked" }), ZH.link_taken);
  assert.equal(refused(422, { errors: [{ field: "phone", code: "phone", message: "号码不完整" }] }), "号码不完整");
  assert.equal(refused(503, null), ZH.link_failed);
  assert.equal(whyNotLinked(new gateway.Unheard(), ZH), ZH.link_failed);
});

test("a refusal carries its code, its faults and when to come back", async () => {
  const errors = [{ field: "carrier", code: "missing", message: "请填写" }];
  answering([422, { title: "内容有误", code: "unprocessable", errors }, { "Retry-After": "2" }]);
  wx.storage.set("session", "t");
  await assert.rejects(gateway.file({}, "k"), { status: 422, message: "内容有误", code: "unprocessable", errors, retryAfter: 2 });
});

test("a proxy's page is a refusal without words, silence is no refusal", async () => {
  answering([502, "<html>"]);
  wx.storage.set("session", "t");
  await assert.rejects(gateway.file({}, "k"), (problem) => problem instanceof gateway.Refused && problem.errors.length === 0);
  await assert.rejects(gateway.file({}, "k"), gateway.Unheard);
});

test("what changes something carries the key it is repeated with", async () => {
  answering([201, {}], [202, {}], [202, {}], [201, { upload: "u", media_type: "image/jpeg" }]);
  wx.storage.set("session", "t");
  await gateway.file({ template: "general" }, "k1");
  await gateway.comment("WO-1", { text: "x", urge: false }, "k2");
  await gateway.rate("WO-1", { resolved: "yes" }, "k3");
  await gateway.upload("/tmp/1.jpg");
  assert.deepEqual(paths(), [
    "POST /api/work-orders", "POST /api/work-orders/WO-1/comments", "POST /api/work-orders/WO-1/ratings", "UPLOAD /api/uploads",
  ]);
  assert.deepEqual(wx.asked.map(({ header }) => header["Idempotency-Key"]), ["k1", "k2", "k3", undefined]);
  assert.ok(wx.asked.every(({ header }) => header.Authorization === "Bearer t" && header["Accept-Language"] === "zh"));
  assert.notEqual(gateway.newKey(), gateway.newKey());
});

// --- filing ---------------------------------------------------------------------------------------------------------

test("an order that is tried again keeps its key, a changed one gets another", () => {
  const first = attempt({ a: 1 }, null);
  assert.equal(attempt({ a: 1 }, first), first);
  assert.notEqual(attempt({ a: 2 }, first).key, first.key);
});

test("what becomes of an order: a receipt, faults, or a reason to try again", async () => {
  const errors = [{ field: "carrier", code: "missing", message: "请填写" }];
  answering([201, { work_order_id: "WO-1" }], [422, { title: "x", errors }], [409, { title: "running" }], [422, { title: "内容不同" }]);
  wx.storage.set("session", "t");
  const tried = () => fileOrder({}, "k", ZH);
  assert.deepEqual(await tried(), { filed: { work_order_id: "WO-1" } });
  assert.deepEqual(await tried(), { errors });
  assert.deepEqual(await tried(), { said: ZH.busy });
  assert.deepEqual(await tried(), { said: "内容不同" });
  assert.deepEqual(await tried(), { said: ZH.unheard });
});

test("why a file was not taken is said as far as it is known", () => {
  const refused = (status) => new gateway.Refused(status, null, null);
  assert.deepEqual([413, 415, 500].map((status) => whyNotUploaded(refused(status), ZH)), [ZH.file_large, ZH.file_kind, ZH.file_failed]);
  assert.equal(whyNotUploaded(new gateway.Unheard(), ZH), ZH.file_failed);
});
