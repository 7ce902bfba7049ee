// One case: what the citizen wants, what was done, what can be done now.
import { post } from "./api.js";
import { chip, due, marks } from "./cases.js";
import { revealBar, talk } from "./conversations.js";
import { h, labelled, notice, options, slot } from "./dom.js";
import { of, t, when } from "./words.js";

const NEEDS_TEXT = new Set(["progress", "question", "close", "reject"]);
const FINAL = new Set(["closed", "rejected", "cancelled"]);

export function caseView(main, ctx, id) {
  const parts = Object.fromEntries(["head", "stuck", "rework", "act", "rating", "reveal", "order", "files", "history", "talk"].map((name) => [name, h("section", { class: `part ${name}` })]));
  main.replaceChildren(
    h("a", { class: "back", href: "#/cases" }, `← ${t("back")}`), parts.head, parts.stuck, parts.rework,
    h("div", { class: "columns" },
      h("div", { class: "side" }, parts.act, parts.rating),
      h("div", { class: "body" }, parts.reveal, parts.order, parts.files, parts.talk),
      h("div", { class: "past" }, parts.history)));

  const path = `cases/${encodeURIComponent(id)}`;
  const show = { };
  const put = async (what, body) => {
    try {
      update(await post(`${path}/${what}`, body));
      if (what === "actions") notice(t("done"));
      return true;
    } catch (problem) {
      ctx.failed(problem);
      looking.now();
      return false;
    }
  };
  show.head = slot(parts.head, ({ row }) => head(row, ctx));
  show.stuck = slot(parts.stuck, stuck);
  show.rework = slot(parts.rework, rework);
  show.act = slot(parts.act, ({ actions, status, round }) => acting(actions, status, ctx, put, `${id} ${round}`));
  show.rating = slot(parts.rating, rating);
  show.reveal = slot(parts.reveal, ({ opened, over }) => revealBar(opened, over, put));
  show.order = slot(parts.order, order);
  show.files = slot(parts.files, files);
  show.history = slot(parts.history, (lines) => history(lines, ctx));
  show.talk = slot(parts.talk, ({ transcript, conversation }) => (conversation ? [h("h2", {}, t("transcript")), talk(transcript, conversation)] : null));

  function update(one) {
    show.head({ row: one.row });
    show.stuck(one.stuck);
    show.rework({ round: one.row.round, reason: one.rework_reason, open: !FINAL.has(one.row.status) });
    show.act({ actions: one.actions, status: one.row.status, round: one.row.round });
    show.rating(one.rating);
    show.reveal({ opened: one.opened, over: FINAL.has(one.row.status) });
    show.order(pick(one, ["content", "content_original", "fields", "complainant", "location", "channel", "confidential", "opened"]));
    show.files(one.attachments);
    show.history(one.history);
    show.talk(pick(one, ["transcript", "conversation"]));
  }
  const looking = ctx.poll(() => path, 3, update);
}

const pick = (one, names) => Object.fromEntries(names.map((name) => [name, one[name]]));

function head(row, ctx) {
  return [
    h("h1", {}, row.title),
    h("p", { class: "facts" },
      chip(row.status), h("span", { class: "number" }, row.work_order_id), marks(row),
      h("span", { class: "dim" }, ctx.template(row.template)),
      row.department ? h("span", { class: "dim" }, ctx.department(row.department)) : null,
      h("span", { class: "dim" }, `${t("filed")} ${when(row.created)}`),
      row.due ? h("span", { class: "dim" }, `${t("due")} `, due(row)) : null),
  ];
}

function stuck(letters) {
  if (!letters.length) return null;
  return h("div", { class: "banner alarm" }, h("h2", {}, t("stuck")),
    h("ul", {}, letters.map((one) => h("li", {}, h("b", {}, one.op ? t(`op.${one.op}`) : "—"),
      ` ${t(one.parked ? "parked" : "buried")} · ${when(one.at)} · ${one.why}`))));
}

function rework({ round, reason, open }) {
  if (!round) return null;
  return h("div", { class: open ? "banner alarm" : "banner" },
    h("h2", {}, `${t("round", { n: round })} · ${t("rework_reason")}`), h("p", {}, reason || t("no_reason")));
}

function acting(actions, status, ctx, put, key) {
  const title = h("h2", {}, t("actions"));
  if (!actions.length) return [title, h("p", { class: "dim" }, t(FINAL.has(status) ? "no_actions" : "watched"))];
  const act = h("select", { onchange: refresh }, options(actions.map((one) => [one, t(`act.${one}`)]), actions[0]));
  const department = h("select", {}, options(ctx.session.departments.map((one) => [one.code, ctx.department(one.code)])));
  const text = h("textarea", { rows: 5, maxlength: 2000, value: drafts.get(key) ?? "", oninput: () => drafts.set(key, text.value) });
  const label = h("span", { class: "label" });
  const where = labelled(t("to_department"), department);
  const words = h("label", { class: "field" }, label, text);
  const button = h("button", { class: "primary", type: "submit" }, t("send"));
  let id = crypto.randomUUID(); // one form, one act: a double click sends the same id

  function refresh() {
    where.hidden = act.value !== "dispatch";
    words.hidden = !NEEDS_TEXT.has(act.value);
    text.required = !words.hidden;
    label.textContent = words.hidden ? "" : t(`text.${act.value}`);
  }
  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    const body = { id, act: act.value };
    if (!where.hidden) body.department = department.value;
    if (!words.hidden) body.text = text.value;
    if (await put("actions", body)) {
      drafts.delete(key);
      text.value = "";
    }
    id = crypto.randomUUID();
    button.disabled = false;
  }
  refresh();
  return [title, h("form", { onsubmit: submit }, labelled(t("choose_act"), act), where, words, button)];
}

// Half-written replies survive a change of state, of language and of view.
const drafts = new Map();

function rating(answer) {
  if (!answer) return null;
  const low = answer.resolved === "no" || (answer.satisfaction ?? 5) <= 2;
  return h("div", { class: low ? "banner alarm" : "banner good" }, h("h2", {}, t("rating")), answerList(answer));
}

function answerList(answer) {
  return h("dl", {},
    pair(t("resolved"), t(answer.resolved)),
    pair(t("satisfaction"), answer.satisfaction ? `${answer.satisfaction}/5` : t("unknown")),
    pair(t("contacted"), t(answer.contacted)),
    answer.reason ? pair(t("rating_reason"), answer.reason) : null);
}

const pair = (term, value) => h("div", {}, h("dt", {}, term), h("dd", {}, value));

function order(one) {
  const person = one.complainant;
  return [
    h("h2", {}, t("content")), h("p", { class: "prose" }, one.content),
    one.content_original ? [h("h3", {}, t("original")), h("p", { class: "prose" }, one.content_original)] : null,
    h("h2", {}, t("details")),
    h("dl", { class: "facts-list" },
      one.fields.map((field) => pair(of(field.label, field.code), field.shown)),
      one.location && one.fields.every((field) => field.shown !== one.location) ? pair(t("location"), one.location) : null,
      pair(t("channel"), t(`channel.${one.channel}`))),
    h("h2", {}, t("complainant")),
    one.confidential !== "none" ? h("p", {}, h("span", { class: "mark" }, t("confidential"))) : null,
    h("dl", { class: "facts-list" },
      pair(t("kind"), t(`kind.${person.kind}`)), pair(t("person_name"), person.name || t("no_value")),
      pair(t("phone"), person.phone || t("no_value")), person.email ? pair(t("email"), person.email) : null),
  ];
}

function files(attachments) {
  if (!attachments.length) return null;
  return [h("h2", {}, t("attachments")), h("ul", { class: "file-list" }, attachments.map((one, n) => h("li", {},
    h("a", { href: one.url, download: "" },
      one.media_type.startsWith("image/") ? h("img", { src: one.url, alt: `${t("attachments")} ${n + 1}`, loading: "lazy" }) : null,
      `${t("download")} ${n + 1} (${one.media_type}, ${Math.ceil(one.size / 1024)} KB)`))))];
}

function history(lines, ctx) {
  return [h("h2", {}, t("history")), h("ol", { class: "timeline" }, [...lines].reverse().map((line) => h("li", {},
    h("p", { class: "dim" }, h("b", {}, t(`what.${line.what}`)), h("time", {}, when(line.at)),
      line.department ? h("span", {}, ctx.department(line.department)) : null,
      line.round ? h("span", {}, t("round", { n: line.round })) : null),
    line.answer ? answerList(line.answer) : line.text ? h("p", { class: "prose" }, REACHED.has(line.what) ? ways(line.text) : line.text) : null)))];
}

// "closed: window quota_used, template": what the citizen was to be told, and each way that was looked at.
const REACHED = new Set(["told", "doubtful", "not_told", "delivered", "failed"]);
const ways = (text) => {
  const [news, ...steps] = text.split(/: |, /);
  return `${t(`reach.${news}`)}: ${steps.map(way).join(", ")}`;
};
// A why of one word is ours; a platform's own words, which hold some of ours, stay as they are.
const way = (step) => {
  const [name, ...why] = step.split(" ");
  return [t(`reach.${name}`), ...(why.length > 1 ? [`(${why.join(" ")})`] : why.map((word) => t(`reach.${word}`)))].join(" ");
};
