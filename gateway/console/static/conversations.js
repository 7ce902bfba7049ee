// Citizens who asked for a person: the queue, one conversation, the live answer.
import { post } from "./api.js";
import { h, labelled, slot } from "./dom.js";
import { of, t, when } from "./words.js";

export function queueView(main, ctx) {
  const list = h("ul", { class: "rows", "aria-label": t("conversations") });
  const draw = slot(list, (all) => (all.length ? all.map(row) : h("li", { class: "empty" }, t("queue_empty"))));
  main.replaceChildren(h("h1", {}, t("conversations")), list);
  ctx.poll(() => "conversations", 2, ({ conversations }) => draw(conversations));
}

function row(one) {
  return h("li", {}, h("a", { class: "row talk-row", href: `#/conversation/${encodeURIComponent(one.conversation)}` },
    h("span", { class: `chip ${one.mode}` }, t(`mode.${one.mode}`)),
    h("span", { class: "what" }, h("b", {}, one.why ? t(`why.${one.why}`) : t("conversations"))),
    h("span", { class: "dim" }, one.agent ? `${t("with")} ${one.agent}` : `${t(`channel.${one.channel}`)} · ${one.language}`),
    h("span", { class: "dim" }, `${t("waiting_since")} `, h("time", {}, when(one.last)))));
}

export function conversationView(main, ctx, key) {
  const parts = Object.fromEntries(["head", "reveal", "talk", "say", "fields"].map((name) => [name, h("section", { class: `part ${name}` })]));
  main.replaceChildren(
    h("a", { class: "back", href: "#/conversations" }, `← ${t("back")}`), parts.head,
    h("div", { class: "columns talking" },
      h("div", { class: "body" }, parts.reveal, parts.talk, parts.say), h("div", { class: "side" }, parts.fields)));
  const path = `conversations/${encodeURIComponent(key)}`;
  const put = async (what, body) => {
    try {
      const fresh = await post(`${path}/${what}`, body);
      if (what === "reveal") update(fresh);
      looking.now();
      return true;
    } catch (problem) {
      ctx.failed(problem);
      looking.now();
      return false;
    }
  };
  const head = slot(parts.head, (one) => [
    h("h1", {}, one.why ? t(`why.${one.why}`) : t("conversations")),
    h("p", { class: "facts" }, h("span", { class: `chip ${one.mode}` }, t(`mode.${one.mode}`)),
      h("span", { class: "dim" }, `${t(`channel.${one.channel}`)} · ${one.language}`),
      one.agent ? h("span", { class: "dim" }, `${t("with")} ${one.agent}`) : null, stepButton(one, ctx, put)),
  ]);
  const reveal = slot(parts.reveal, ({ opened, reason }) => revealBar(opened, reason, put));
  const lines = slot(parts.talk, (transcript) => [h("h2", {}, t("transcript")), talk(transcript, key)]);
  const say = slot(parts.say, ({ mine }) => (mine ? composer(put, key) : h("p", { class: "dim" }, t("not_yours"))));
  const fields = slot(parts.fields, filled);

  function update(one) {
    const mine = one.row.mode === "agent" && one.row.agent === ctx.session.name;
    head({ mode: one.row.mode, agent: one.row.agent, why: one.row.why, channel: one.row.channel, language: one.row.language });
    reveal({ opened: one.opened, reason: !mine });
    if (lines(one.transcript)) parts.talk.querySelector(".log")?.scrollTo(0, 1e9);
    say({ mine });
    fields({ template: one.template, fields: one.fields, orders: one.work_orders });
  }
  const looking = ctx.poll(() => path, 1.5, update);
}

function stepButton(one, ctx, put) {
  const mine = one.mode === "agent" && one.agent === ctx.session.name;
  const step = one.mode === "waiting" ? "take" : mine || (one.mode === "agent" && ctx.session.role === "supervisor") ? "leave" : null;
  if (!step) return null;
  const id = crypto.randomUUID();
  return h("button", { class: step === "take" ? "primary" : "", onclick: async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    if (!await put(step, { id })) button.disabled = false;
  } }, t(step));
}

/** The conversation as it went; also used on a case. */
export function talk(transcript, key) {
  const place = `/desk/api/conversations/${encodeURIComponent(key)}/files`;
  if (!transcript.length) return h("p", { class: "dim" }, t("empty"));
  return h("div", { class: "log", role: "log", tabindex: "0", "aria-label": t("transcript") }, h("ol", {}, transcript.map((line) =>
    h("li", { class: line.sender },
      h("p", { class: "dim" }, h("b", {}, t(`sender.${line.sender}`)), line.agent ? h("span", {}, line.agent) : null, h("time", {}, when(line.at))),
      h("p", { class: "prose" }, line.text),
      line.original ? h("p", { class: "prose dim" }, line.original) : null,
      line.uploads.length ? h("p", { class: "dim" }, line.uploads.map((id, n) => [n ? " " : "", h("a", { href: `${place}/${id}`, download: "" }, `${t("file")} ${n + 1}`)])) : null))));
}

function filled({ template, fields, orders }) {
  return [
    h("h2", {}, t("filled")),
    template ? h("p", {}, h("b", {}, of(template))) : null,
    fields.length
      ? h("dl", { class: "facts-list" }, fields.map((field) => h("div", {}, h("dt", {}, of(field.label, field.code)), h("dd", {}, field.shown))))
      : h("p", { class: "dim" }, t("nothing_filled")),
    orders.length ? [h("h2", {}, t("cases")), h("ul", { class: "plain" }, orders.map((id) => h("li", {}, h("a", { href: `#/case/${id}` }, id))))] : null,
  ];
}

function composer(put, key) {
  const text = h("textarea", { rows: 3, maxlength: 2000, required: true, value: drafts.get(key) ?? "", oninput: () => drafts.set(key, text.value), onkeydown: enter });
  const button = h("button", { class: "primary", type: "submit" }, t("say_send"));
  const form = h("form", { class: "composer", onsubmit: submit }, labelled(t("say"), text), button);
  let id = crypto.randomUUID();

  function enter(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  }
  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    if (await put("say", { id, text: text.value })) {
      drafts.delete(key);
      text.value = "";
      id = crypto.randomUUID();
    }
    button.disabled = false;
    text.focus();
  }
  return form;
}

const drafts = new Map();

/** Personal data: hidden until asked for; with `reasoned` a reason must be given first. */
export function revealBar(opened, reasoned, put) {
  if (opened) return h("p", { class: "privacy open" }, t("shown"));
  const reason = h("input", { maxlength: 200, required: true });
  const button = h("button", { class: "quiet", type: "submit" }, t("show"));
  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    if (!await put("reveal", { reason: reasoned ? reason.value : "" })) button.disabled = false;
  }
  return h("form", { class: "privacy", onsubmit: submit },
    h("span", {}, t("masked"), " ", h("small", {}, t("show_hint"))), reasoned ? labelled(t("reason"), reason) : null, button);
}
