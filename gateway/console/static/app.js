// Sign-in, frame, and which view is open (the part of the address behind #).
import { Problem, poll, resume, signIn, signOut } from "./api.js";
import { caseView } from "./case.js";
import { casesView } from "./cases.js";
import { conversationView, queueView } from "./conversations.js";
import { h, labelled, notice } from "./dom.js";
import { deadView } from "./letters.js";
import { reportView } from "./oversight.js";
import { isChinese, of, problemText, switchLanguage, t } from "./words.js";

const page = document.getElementById("page");
const VIEWS = { cases: casesView, case: caseView, conversations: queueView, conversation: conversationView, report: reportView, dead: deadView };
const ROLES = { conversations: ["clerk", "supervisor"], report: ["supervisor"], dead: ["supervisor"] };

let session = null;
let running = [];

/** What every view is given. `stop` things that must end with the view are pushed into `until`. */
function context(until) {
  return {
    session,
    department: (code) => of(session.departments.find((one) => [one.code, one.zh, one.en].includes(code)), code ?? ""),
    template: (id) => of(session.templates[id], id),
    poll: (path, seconds, take) => {
      const looking = poll(path, seconds, take, failed);
      until.push(looking);
      return looking;
    },
    failed,
  };
}

function failed(problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.status === 401 && session) {
    session = null;
    draw();
  }
  notice(problemText(problem), "error");
}

function draw() {
  for (const one of running.splice(0)) one.stop();
  document.documentElement.lang = isChinese() ? "zh" : "en";
  document.title = t("title");
  document.getElementById("skip").textContent = t("skip");
  if (!session) return page.replaceChildren(...signInPage());
  const main = h("main", { id: "main", tabindex: "-1" });
  page.replaceChildren(header(), main);
  return open(main);
}

function open(main) {
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/");
  const permitted = VIEWS[name] && (ROLES[name] ?? [session.role]).includes(session.role);
  const view = permitted ? name : "cases";
  const now = { case: "cases", conversation: "conversations" }[view] ?? view;
  for (const link of page.querySelectorAll("nav a")) {
    if (link.dataset.view === now) link.setAttribute("aria-current", "page");
  }
  VIEWS[view](main, context(running), decodeURIComponent(rest.join("/")));
}

function header() {
  const links = ["cases", "conversations", "report", "dead"].filter((name) => (ROLES[name] ?? [session.role]).includes(session.role));
  const badge = h("span", { class: "badge", hidden: true });
  const nav = h("nav", { "aria-label": t("menu") }, links.map((name) =>
    h("a", { href: `#/${name}`, "data-view": name }, t(name), name === "conversations" ? badge : null)));
  if (links.includes("conversations")) watch(badge);
  const place = session.department ? ` · ${of(session.departments.find((one) => one.code === session.department), session.department)}` : "";
  return h("header", { class: "top" },
    h("a", { class: "brand", href: "#/cases" }, h("img", { src: "/desk/icon.svg", alt: "", width: 26, height: 26 }), t("brand")),
    nav,
    h("div", { class: "me" },
      h("span", { class: "who" }, h("b", {}, session.name), h("small", {}, t(`role.${session.role}`) + place)),
      languageButton(),
      h("button", { class: "quiet", onclick: leave }, t("sign_out"))));
}

/** How many citizens wait for a person: beside the menu entry and in the title. */
function watch(badge) {
  running.push(poll(() => "conversations", 5, ({ conversations }) => {
    const n = conversations.filter((one) => one.mode === "waiting").length;
    badge.hidden = n === 0;
    badge.textContent = String(n);
    document.title = n ? `(${n}) ${t("title")}` : t("title");
  }, () => {}));
}

function languageButton() {
  return h("button", { type: "button", class: "quiet", lang: isChinese() ? "en" : "zh", onclick: () => { switchLanguage(); draw(); } }, t("language"));
}

function signInPage() {
  const name = h("input", { name: "name", autocomplete: "username", required: true, maxlength: 64 });
  const password = h("input", { name: "password", type: "password", autocomplete: "current-password", required: true, maxlength: 200 });
  const button = h("button", { class: "primary", type: "submit" }, t("sign_in"));
  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    try {
      session = await signIn(name.value, password.value);
      draw();
    } catch (problem) {
      failed(problem);
      button.disabled = false;
      password.value = "";
      password.focus();
    }
  }
  return [h("main", { id: "main", class: "sign-in", tabindex: "-1" },
    h("form", { class: "card", onsubmit: submit },
      h("img", { src: "/desk/icon.svg", alt: "", width: 44, height: 44 }),
      h("h1", {}, t("brand")),
      labelled(t("name"), name), labelled(t("password"), password), button, languageButton()))];
}

async function leave() {
  await signOut().catch(() => {});
  session = null;
  draw();
}

window.addEventListener("hashchange", () => { if (session) draw(); });

try {
  session = await resume();
} catch (problem) {
  if (problem.status !== 401) notice(problemText(problem), "error");
}
draw();
