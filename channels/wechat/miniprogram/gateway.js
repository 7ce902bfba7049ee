// The gateway's HTTP API (its /openapi.json), as this client uses it: the only module that talks to the network.

const config = require("./config.js");
const { language } = require("./i18n/i18n.js");
const { recall, remember } = require("./storage.js");

const TIMEOUT_MS = 15_000;
const UPLOAD_TIMEOUT_MS = 60_000;
const NO_SUCH_LOGIN = [404, 405]; // this gateway has no such mini-program: a session without a WeChat account

/** What the gateway said no with (RFC 9457). */
class Refused extends Error {
  /** @param {number} status @param {any} problem @param {number | null} retryAfter seconds */
  constructor(status, problem, retryAfter) {
    super((problem && problem.title) || String(status));
    this.status = status;
    this.code = (problem && problem.code) || "";
    /** @type {{field: string, code: string, message: string}[]} */
    this.errors = (problem && problem.errors) || [];
    this.retryAfter = retryAfter;
  }
}

/** No answer came: whether the gateway heard it is not known. */
class Unheard extends Error {}

/** @param {any} data */
function parsed(data) {
  if (typeof data !== "string") return data;
  try {
    return JSON.parse(data);
  } catch {
    return null; // a proxy's page
  }
}

/** @param {Record<string, string>} header */
function waitOf(header) {
  const name = Object.keys(header || {}).find((one) => one.toLowerCase() === "retry-after");
  return name ? Number(header[name]) || null : null;
}

/** @param {{statusCode: number, data: any, header?: any}} answer @returns {any} the body; raises Refused */
function opened({ statusCode, data, header }) {
  const body = parsed(data);
  if (statusCode >= 200 && statusCode < 300) return body;
  throw new Refused(statusCode, body, waitOf(header));
}

/**
 * @param {"GET" | "POST"} method @param {string} path @param {{body?: object, header?: Record<string, string>}} [more]
 * @returns {Promise<any>} the body; raises Refused, Unheard
 */
async function send(method, path, { body, header = {} } = {}) {
  const answer = await new Promise((done, failed) => {
    wx.request({
      url: config.gateway + path, method, data: body, timeout: TIMEOUT_MS, dataType: "text",
      header: { "Content-Type": "application/json", "Accept-Language": language(), ...header },
      success: done, fail: ({ errMsg }) => failed(new Unheard(errMsg)),
    });
  });
  return opened(/** @type {any} */ (answer));
}

// --- the session -------------------------------------------------------------------------------------------------

/** @type {Promise<string> | null} several calls at once log in once */
let entering = null;

/** @returns {Promise<string>} our bearer token */
function token() {
  const kept = recall("session");
  if (kept) return Promise.resolve(kept);
  entering = entering || enter().finally(() => {
    entering = null;
  });
  return entering;
}

async function enter() {
  const known = await byWeChat();
  const session = known || (await send("POST", "/api/sessions", { body: { language: language() } })).session;
  remember("known", known ? true : undefined);
  remember("session", session);
  return session;
}

/** @returns {Promise<string | null>} null where the gateway knows no mini-program */
async function byWeChat() {
  const { code } = /** @type {{code: string}} */ (await new Promise((done, failed) => {
    wx.login({ success: done, fail: ({ errMsg }) => failed(new Unheard(errMsg)) });
  }));
  const appid = wx.getAccountInfoSync().miniProgram.appId;
  try {
    return (await send("POST", "/api/login/wechat-mini", { body: { appid, code } })).session;
  } catch (problem) {
    if (problem instanceof Refused && NO_SUCH_LOGIN.includes(problem.status)) return null;
    throw problem;
  }
}

/** @param {string} session */
const bearer = (session) => ({ Authorization: `Bearer ${session}` });

/** The other 401 is about a code of WeChat's. @param {unknown} problem */
const hasEnded = (problem) => problem instanceof Refused && problem.status === 401 && problem.code !== "wechat_code";

/** A session lives 30 days, and 7 without use: who shows one that has ended gets another, once.
 * @template T @param {(header: {Authorization: string}) => Promise<T>} call @returns {Promise<T>} */
async function asMyself(call) {
  const session = await token();
  try {
    return await call(bearer(session));
  } catch (problem) {
    if (!hasEnded(problem)) throw problem;
    if (recall("session") === session) remember("session", undefined); // else another call has a new one already
    return call(bearer(await token()));
  }
}

// --- the phone number: what was filed elsewhere under it is the citizen's here, too ----------------------------------

/** Only who is known by WeChat. */
const mayLink = () => Boolean(recall("known")) && !recall("linked");

/** @param {string} code of the button getPhoneNumber: once, 5 minutes */
async function linkPhone(code) {
  await asMyself((who) => send("POST", "/api/login/wechat-mini/phone", { body: { code }, header: who }));
  remember("linked", true);
}

// --- what pages ask ----------------------------------------------------------------------------------------------

const templates = async () => (await send("GET", `/api/templates?lang=${language()}`)).templates;

/** @param {string} id @returns {Promise<import("./form-core.js").Template>} */
const template = (id) => send("GET", `/api/templates/${encodeURIComponent(id)}?lang=${language()}`);

/** @param {string} path @param {object} body @param {string} key */
const change = (path, body, key) => asMyself((who) => send("POST", path, { body, header: { ...who, "Idempotency-Key": key } }));

/** @param {object} order @param {string} key the same for the same order, however often it is tried */
const file = (order, key) => change("/api/work-orders", order, key);

const cases = async () => (await asMyself((who) => send("GET", "/api/work-orders", { header: who }))).work_orders;

/** @param {string} id */
const path = (id) => `/api/work-orders/${encodeURIComponent(id)}`;

/** @param {string} id */
const workOrder = (id) => asMyself((who) => send("GET", path(id), { header: who }));

/** @param {string} id @param {{text: string, urge: boolean}} said @param {string} key */
const comment = (id, said, key) => change(`${path(id)}/comments`, said, key);

/** @param {string} id @param {object} rating @param {string} key */
const rate = (id, rating, key) => change(`${path(id)}/ratings`, rating, key);

/** @param {string} filePath on the phone @returns {Promise<{upload: string, media_type: string}>} */
const upload = (filePath) => asMyself(async (who) => {
  const answer = await new Promise((done, failed) => {
    wx.uploadFile({
      url: `${config.gateway}/api/uploads`, filePath, name: "file", timeout: UPLOAD_TIMEOUT_MS,
      header: { ...who, "Accept-Language": language() }, success: done, fail: ({ errMsg }) => failed(new Unheard(errMsg)),
    });
  });
  return opened(/** @type {any} */ (answer));
});

/** @returns {string} a name for one try of something, however often it is sent */
const newKey = () => `mini-${[Date.now(), Math.random(), Math.random()].map((one) => one.toString(36).slice(2)).join("-")}`;

module.exports = {
  Refused, Unheard, cases, comment, file, linkPhone, mayLink, newKey, rate, template, templates, upload, workOrder,
};
