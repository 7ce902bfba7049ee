// The list of cases with its filters.
import { get } from "./api.js";
import { h, labelled, options, slot } from "./dom.js";
import { t, when } from "./words.js";

export const STATUSES = ["submitted", "accepted", "assigned", "in_progress", "suspended", "reopened", "closed", "rejected", "cancelled"];
const FINAL = new Set(["closed", "rejected", "cancelled"]);

// The filters survive a look at one case.
const chosen = { status: "open", department: "", template: "", rework: "", late: "", coordination: "", q: "" };

export function casesView(main, ctx) {
  const list = h("ul", { class: "rows", "aria-label": t("cases") });
  const more = h("div", { class: "more" });
  const drawList = slot(list, (cases) => (cases.length ? cases.map((one) => row(one, ctx)) : h("li", { class: "empty" }, t("no_cases"))));
  let older = [];
  const drawAll = ({ cases, next }) => {
    drawList([...cases, ...older]);
    more.replaceChildren(...(next && !older.length ? [moreButton(next)] : []));
  };
  const moreButton = (cursor) => h("button", { class: "quiet", onclick: () => extend(cursor) }, t("more"));

  async function extend(cursor) {
    try {
      const page = await get(`cases?${query(cursor)}`);
      older = [...older, ...page.cases];
      await looking.now();
      more.replaceChildren(...(page.next ? [moreButton(page.next)] : []));
    } catch (problem) {
      ctx.failed(problem);
    }
  }

  const looking = ctx.poll(() => `cases?${query()}`, 4, drawAll);
  const refresh = () => { older = []; looking.now(); };
  main.replaceChildren(h("h1", {}, t("cases")), filters(ctx, refresh), heading(), list, more);
}

function query(before = "") {
  return new URLSearchParams(Object.entries({ ...chosen, before }).filter(([, value]) => value));
}

function filters(ctx, changed) {
  const set = (name) => (event) => {
    chosen[name] = event.target.type === "checkbox" ? (event.target.checked ? "1" : "") : event.target.value;
    if (name === "coordination" && chosen[name]) status.value = chosen.status = ""; // such a case was closed
    changed();
  };
  const select = (name, pairs) => h("select", { onchange: set(name) }, options([["", t("all")], ...pairs], chosen[name]));
  const status = select("status", [["open", t("open")], ...STATUSES.map((one) => [one, t(`status.${one}`)])]);
  const departments = ctx.session.departments.map((one) => [one.code, ctx.department(one.code)]);
  const templates = Object.keys(ctx.session.templates).map((id) => [id, ctx.template(id)]);
  return h("form", { class: "filters", role: "search", "aria-label": t("filter"), onsubmit: (event) => event.preventDefault() },
    labelled(t("number"), h("input", { type: "search", value: chosen.q, placeholder: "WO-…", oninput: set("q"), maxlength: 40 })),
    labelled(t("status"), status),
    ctx.session.role === "department" ? null : labelled(t("department"), select("department", departments)),
    labelled(t("template"), select("template", templates)),
    ["rework", "late", "coordination"].map((name) => h("label", { class: "tick" },
      h("input", { type: "checkbox", checked: chosen[name] === "1", onchange: set(name) }), t(`${name}_only`))));
}

function heading() {
  return h("div", { class: "row heading", "aria-hidden": "true" },
    [t("number"), t("subject"), t("status"), t("department"), t("filed"), t("due")].map((word) => h("span", {}, word)));
}

function row(one, ctx) {
  return h("li", {}, h("a", { class: "row", href: `#/case/${one.work_order_id}` },
    h("span", { class: "number" }, one.work_order_id),
    h("span", { class: "what" }, h("b", {}, one.title), h("span", { class: "marks" }, marks(one))),
    h("span", {}, chip(one.status)),
    one.department ? h("span", { class: "dim" }, ctx.department(one.department)) : none(),
    h("span", { class: "dim" }, h("small", { class: "narrow" }, `${t("filed")} `), h("time", {}, when(one.created))),
    one.due ? h("span", {}, h("small", { class: "narrow" }, `${t("due")} `), due(one)) : none()));
}

export function chip(status) {
  return h("span", { class: `chip ${status}` }, t(`status.${status}`));
}

export function marks(one) {
  return [
    one.urgency !== "normal" ? h("span", { class: "mark alarm" }, t(one.urgency)) : null,
    one.round ? h("span", { class: "mark alarm" }, t("round", { n: one.round })) : null,
    one.late ? h("span", { class: "mark alarm" }, t(`what.${one.late}`)) : null,
    one.coordination ? h("span", { class: "mark alarm" }, t("coordination")) : null,
    one.satisfaction ? h("span", { class: "mark" }, `${t("satisfaction")} ${one.satisfaction}/5`) : null,
    one.completeness == null ? null : h("span", { class: "mark" }, `${t("completeness")} ${Math.round(one.completeness * 100)}%`),
  ];
}

const none = () => h("span", { class: "dim none" }, "—");

export function due(one) {
  const late = !FINAL.has(one.status) && new Date(one.due) < new Date();
  return h("span", { class: late ? "late" : "dim" }, when(one.due), late ? ` ${t("overdue")}` : "");
}
