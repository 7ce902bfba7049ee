// A phone with WeChat on a web page: `wx`, App, Page and Component, the elements of its own, a stack of pages.
// `phone` is what a test reads and sets: place (chosen on the map), asked (subscriptions, and whether within a tap), called.

const $ = (id) => document.getElementById(id);
const phone = { place: null, asked: [], called: [], opened: [], grants: "accept", appid: "wx0" };

// From the simulated WeChat, where the test has one.
const codeFor = async (kind) => (window.wechatCode ? window.wechatCode(kind) : `${kind}-${Date.now()}`);

// --- modules ------------------------------------------------------------------------------------------------------

const loaded = {};

function engine(name) {
  if (!loaded[name]) {
    const module = (loaded[name] = { exports: {} });
    ENGINES[name](engine, module, module.exports);
  }
  return loaded[name].exports;
}

// As the mini-program itself asks for them: by a path that begins where the module lies.
function load(name, Page, Component) {
  if (!loaded[name]) {
    const module = (loaded[name] = { exports: {} });
    const ask = (path) => load(new URL(path, `file:///${name}`).pathname.slice(1).replace(/\.js$/, ""));
    MODULES[name](ask, module, module.exports, wx, (app) => app.onLaunch(), Page, Component);
    if (name === "config") Object.assign(module.exports, { gateway: location.origin, subscriptions: ["closed-1", "rate-1"] });
  }
  return loaded[name].exports;
}

// --- wx -------------------------------------------------------------------------------------------------------------

const answer = (options, value) => {
  if (options.success) options.success(value);
  if (options.complete) options.complete(value);
  return Promise.resolve(value);
};

const headersOf = (response) => Object.fromEntries(response.headers.entries());

async function request({ url, method, data, header, success, fail }) {
  try {
    const response = await fetch(url, { method, headers: header, body: data === undefined ? undefined : JSON.stringify(data) });
    success({ statusCode: response.status, data: await response.text(), header: headersOf(response) });
  } catch (failure) {
    fail({ errMsg: `request:fail ${failure.message}` });
  }
}

async function uploadFile({ url, filePath, name, header, success, fail }) {
  try {
    const body = new FormData();
    body.append(name, await (await fetch(filePath)).blob(), "photo");
    const response = await fetch(url, { method: "POST", headers: header, body });
    success({ statusCode: response.status, data: await response.text(), header: headersOf(response) });
  } catch (failure) {
    fail({ errMsg: `uploadFile:fail ${failure.message}` });
  }
}

function chosenFiles() {
  return new Promise((done) => {
    const input = Object.assign(document.createElement("input"), { type: "file", multiple: true });
    input.onchange = () => done([...input.files].map((file) => URL.createObjectURL(file)));
    input.click();
  });
}

const wx = {
  getStorageSync: (name) => JSON.parse(localStorage.getItem(name) || '""'),
  setStorageSync: (name, value) => localStorage.setItem(name, JSON.stringify(value)),
  removeStorageSync: (name) => localStorage.removeItem(name),
  getStorageInfoSync: () => ({ keys: Object.keys(localStorage) }),
  getAppBaseInfo: () => ({ language: navigator.language }),
  getAccountInfoSync: () => ({ miniProgram: { appId: phone.appid } }),
  login: async (options) => answer(options, { code: await codeFor("login") }),
  request, uploadFile,
  chooseMedia: async () => ({ tempFiles: (await chosenFiles()).map((tempFilePath) => ({ tempFilePath })) }),
  chooseMessageFile: async () => ({ tempFiles: (await chosenFiles()).map((path) => ({ path })) }),
  chooseLocation: async () => phone.place || Promise.reject(new Error("chooseLocation:fail cancel")),
  requestSubscribeMessage(options) {
    phone.asked.push({ ids: options.tmplIds, isInTap: isTapping });
    setTimeout(() => answer(options, Object.fromEntries(options.tmplIds.map((id) => [id, phone.grants]))));
  },
  showToast: ({ title }) => Object.assign($("toast"), { hidden: false, textContent: title }),
  showLoading: ({ title }) => Object.assign($("toast"), { hidden: false, textContent: title }),
  hideLoading: () => ($("toast").hidden = true),
  showModal: async ({ content }) => ({ confirm: window.confirm(content) }),
  setNavigationBarTitle: ({ title }) => ($("title").textContent = title),
  pageScrollTo({ selector, scrollTop }) {
    if (!selector) window.scrollTo(0, scrollTop);
    else document.querySelector(selector.split(">>>").pop().trim())?.scrollIntoView({ block: "center" });
  },
  setClipboardData: ({ data }) => (phone.copied = data),
  makePhoneCall: ({ phoneNumber }) => phone.called.push(phoneNumber),
  stopPullDownRefresh() {},
  navigateTo: ({ url }) => show(url, [...stack]),
  redirectTo: ({ url }) => show(url, stack.slice(0, -1)),
  reLaunch: ({ url }) => show(url, []),
};

// --- pages ----------------------------------------------------------------------------------------------------------

const { glassEasel, MiniProgramEnv } = engine("glass-easel-miniprogram-adapter");
const env = new MiniProgramEnv();
const space = env.createCodeSpace("", true);
let backend = null;
let stack = [];

const NATIVE = { view: "div", text: "span", button: "wx-button", image: "img", input: "input", textarea: "textarea" };

function define() {
  const components = space.getComponentSpace();
  for (const [tag, native] of Object.entries(NATIVE)) components.setGlobalUsingComponent(tag, native);
  for (const [path, content] of Object.entries(TEMPLATES)) space.addCompiledTemplate(path, { groupList: TEMPLATES, content });
  space.addComponentStaticConfig("phone/picker", { component: true });
  space.componentEnv("phone/picker", ({ Component }) => Component(PICKER));
  components.setGlobalUsingComponent("picker", components.getComponentByUrl("phone/picker", ""));
  for (const [path, config] of Object.entries(CONFIGS)) space.addComponentStaticConfig(path, config);
  for (const path of Object.keys(CONFIGS).sort()) { // components stand before pages
    space.componentEnv(path, ({ Page, Component }) => load(path, Page, Component));
  }
  const here = new glassEasel.CurrentWindowBackendContext();
  here.onEvent((target, type, detail, options) => glassEasel.triggerEvent(target, type, detail, options)); // tap
  backend = env.associateBackend(here);
}

function show(url, below) {
  const [path, query = ""] = url.replace(/^\//, "").split("?");
  const root = backend.createRoot("div", space, path);
  stack.at(-1)?.root.get().onHide?.();
  stack = [...below, { root, url }];
  phone.opened.push(url);
  const place = document.createElement("div");
  $("screen").replaceChildren(place);
  root.attach($("screen"), place);
  const page = root.get();
  page.onLoad?.(Object.fromEntries(new URLSearchParams(query)));
  page.onShow?.();
  $("back").hidden = stack.length < 2;
  window.scrollTo(0, 0);
}

function back() {
  stack.pop().root.get().onUnload?.();
  const { root } = stack.at(-1);
  $("screen").replaceChildren(root.getComponent().getBackendElement());
  root.get().onShow?.();
  $("back").hidden = stack.length < 2;
}

// --- elements -------------------------------------------------------------------------------------------------------

const PICKER = {
  properties: { mode: String, range: Array, rangeKey: String, value: String, end: String },
  methods: {
    open() {
      const { mode, range, rangeKey } = this.data;
      if (mode === "selector") return choose(range.map((one) => one[rangeKey]), (n) => this.triggerEvent("change", { value: n }));
      return ask(mode === "date" ? { type: "date", max: this.data.end } : { type: "time" }, (value) => this.triggerEvent("change", { value }));
    },
  },
};

function choose(labels, done) {
  $("dialog").replaceChildren(...labels.map((label, n) => {
    const button = Object.assign(document.createElement("button"), { textContent: label });
    button.onclick = () => ($("dialog").close(), done(n));
    return button;
  }));
  $("dialog").showModal();
}

function ask(kind, done) {
  const input = Object.assign(document.createElement("input"), kind);
  input.setAttribute("aria-label", kind.type);
  input.onchange = () => ($("dialog").close(), done(input.value));
  $("dialog").replaceChildren(input);
  $("dialog").showModal();
}

// Input tells its value as WeChat's does, and shows the value that it is given.
addEventListener("input", (event) => {
  const element = event.target.__wxElement;
  if (!element) return;
  event.stopImmediatePropagation();
  glassEasel.triggerEvent(element, "input", { value: event.target.value });
}, true);
new MutationObserver((changes) => {
  for (const { target } of changes) if (target.value !== target.getAttribute("value")) target.value = target.getAttribute("value") || "";
}).observe($("screen"), { subtree: true, attributes: true, attributeFilter: ["value"] });

// A tap is what the citizen does: WeChat lets a page ask for messages only while it lasts. A disabled button has none.
let isTapping = false;
for (const name of ["mousedown", "mouseup"]) {
  addEventListener(name, (event) => {
    const button = event.target.closest?.("wx-button");
    if (button && button.hasAttribute("disabled") && button.getAttribute("disabled") !== "false") event.stopImmediatePropagation();
    isTapping = name === "mouseup";
    setTimeout(() => (isTapping = false));
  }, true);
}
addEventListener("click", async ({ target }) => {
  const button = target.closest?.("wx-button[open-type=getPhoneNumber]");
  if (button) glassEasel.triggerEvent(button.__wxElement, "getphonenumber", { code: await codeFor("phone") });
});
$("back").onclick = back;

define();
load("app");
show("/pages/home/home", []);
