// For supervisors: what did not arrive, and the way to the case system.
import { Problem, post } from "./api.js";
import { h, labelled, notice, slot } from "./dom.js";
import { t, when } from "./words.js";

export function deadView(main, ctx) {
  const state = h("div", { class: "backend" });
  const list = h("ul", { class: "dead", "aria-label": t("dead") });
  const draw = slot(list, (all) => (all.length ? all.map(letter) : h("li", { class: "empty" }, t("no_dead"))));
  const drawState = slot(state, (backend) => (backend && backend.state !== "well" ? banner(backend) : null));
  main.replaceChildren(h("h1", {}, t("dead")), state, list);
  const looking = ctx.poll(() => "dead", 5, ({ dead, backend }) => { draw(dead); drawState(backend); });

  async function act(path, body) {
    try {
      await post(path, body);
      notice(t("done"));
    } catch (problem) {
      ctx.failed(problem);
    }
    looking.now();
  }

  function banner({ backend, state, why, since }) {
    const reason = why_();
    return h("div", { class: "banner alarm", role: "alert" },
      h("h2", {}, t(`backend.${state}`, { name: backend })), h("p", {}, `${when(since)} · ${why}`),
      h("form", { class: "inline", onsubmit: (event) => { event.preventDefault(); act("backend/resume", { reason: reason.value }); } },
        labelled(t("why"), reason), h("button", {}, t("resume"))));
  }

  function letter(one) {
    const reason = why_();
    const number = h("input", { maxlength: 200 });
    const changes = h("textarea", { rows: 4, spellcheck: "false", placeholder: '{"title": "…"}' });
    const may = (way, ...shown) => (one.ways.includes(way) ? shown : null);
    const form = h("form", { class: "letter", onsubmit: submit, onkeydown: noneOfThem }, labelled(t("why"), reason),
      may("arrived", labelled(t("number_there"), number), h("button", { value: "arrived" }, t("arrived"))),
      may("replay", h("button", { value: "replay" }, t("replay"))),
      may("discard", h("button", { value: "discard", class: "quiet" }, t("discard"))),
      may("edit", h("details", {}, h("summary", {}, t("edit")), labelled(t("changes"), changes, t("changes_hint")),
        h("button", { value: "edit" }, t("edit_send")))));

    function submit(event) {
      event.preventDefault();
      const way = event.submitter.value;
      const body = { reason: reason.value };
      if (way === "arrived") body.number = number.value;
      if (way === "edit") {
        try {
          body.changes = JSON.parse(changes.value);
        } catch {
          return ctx.failed(new Problem(422, "not_json"));
        }
      }
      return act(`dead/${one.id}/${way}`, body);
    }
    return h("li", { class: "card" },
      h("p", { class: "facts" }, h("span", { class: "chip" }, t(one.parked ? "parked" : "buried")),
        h("b", {}, one.op ? t(`op.${one.op}`) : one.lane), one.op ? h("a", { class: "number", href: `#/case/${one.key}` }, one.key) : h("span", { class: "number" }, one.key), h("time", { class: "dim" }, when(one.at))),
      h("p", {}, one.why), h("pre", { tabindex: "0", "aria-label": t("content") }, one.body), form);
  }
}

// Enter in a field would press the first of several buttons, which nobody chose.
const noneOfThem = (event) => { if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault(); };
const why_ = () => h("input", { required: true, minlength: 2, maxlength: 200 });
