// The card of one template: its fields in groups, what is needed, what is wrong. It knows the page's elements, no network.

import { holds } from "./conditions.js";
import { control, isEmpty, takesFiles } from "./fields.js";
import { make } from "./view.js";
import { fill } from "./words.js";

const ABOUT_YOU = ["contact_name", "contact_phone", "identity_mode"];
const $ = (id) => document.getElementById(id);
const key = (value) => JSON.stringify(value);

export class Card {
  // handlers: typed(field id, value, of what), session(), language()
  constructor(handlers) {
    this.handlers = handlers;
    this.controls = [];
    this.known = {}; // field id → what the gateway has: {value, display, flagged}
    this.clean = {}; // field id → the control as it was filled from that
  }

  // typed: field id → {value, of}: written here before, and over which value of the gateway's
  show(template, draft, typed, words) {
    Object.assign(this, { template, words, known: draft?.fields ?? {}, notices: "" });
    const host = { ...this.handlers, words, changed: (one) => this.#changed(one) };
    this.controls = template.fields.map((field) => control(this.#allowed(field), host));
    for (const one of this.controls) this.#write(one, typed[one.id]);
    $("card-title").textContent = template.title;
    $("card-about").textContent = template.description;
    $("card-privacy").textContent = template.privacy.text;
    $("card-fields").replaceChildren(...this.#groups());
    this.tell("");
    this.#summarise([]);
    this.#refresh(true);
  }

  // What the gateway has by now, where nothing is being typed over it (kept: ids of fields that stay as they are).
  renew(draft, kept = null) {
    const isTyped = (one) => (kept ? kept.includes(one.id) : key(one.read()) !== this.clean[one.id]);
    for (const one of this.controls.filter((each) => !isTyped(each))) {
      this.known[one.id] = draft.fields[one.id];
      this.#write(one);
    }
    this.#refresh(false);
  }

  // What differs from what the gateway has, as it is read there; what was left out on purpose is empty.
  changes() {
    const sent = {};
    for (const one of this.controls.filter((each) => each.shown)) {
      const value = one.read();
      if (key(value) !== this.clean[one.id]) sent[one.id] = value;
      else if (isEmpty(value) && one.field.required && one.field.skippable) sent[one.id] = value;
    }
    return sent;
  }

  get typed() {
    return this.controls.filter((one) => one.shown && key(one.read()) !== this.clean[one.id]).length;
  }

  // Marks what is needed and empty; true when nothing is.
  check() {
    const empty = this.#needed().filter((one) => !one.field.skippable && isEmpty(one.read()));
    $("card-rest").hidden = false;
    $("card-said").replaceChildren();
    return this.#blame(empty.map((one) => ({ one, message: fill(this.words.please_fill, { label: one.field.label }) })));
  }

  // errors: [{field, message}] of the gateway's answer; said: all its paragraphs. One may name the number to call first.
  blame(errors, said) {
    const messages = errors.map(({ message }) => message);
    const more = said.slice(0, -1).filter((text) => !messages.includes(text));
    $("card-said").replaceChildren(...more.map((text) => make("p", "", text)));
    const known = errors.map(({ field, message }) => ({ one: this.#find(field), message }));
    $("card-rest").hidden = true;
    return this.#blame(known.filter(({ one }) => one));
  }

  tell(text, isFault = false) {
    $("card-state").textContent = text;
    $("card-state").classList.toggle("fault", isFault);
  }

  // A template that needs a name offers no anonymity.
  #allowed(field) {
    if (field.id !== "identity_mode" || this.template.anonymous) return field;
    return { ...field, options: field.options.filter(({ value }) => value !== "anonymous") };
  }

  #write(one, typed) {
    const known = this.known[one.id];
    one.write(this.#shown(one.field, known));
    this.clean[one.id] = key(one.read());
    if (!typed) return;
    if (typed.of === key(known?.value ?? null)) one.write(typed.value);
    else if (!takesFiles(one.field) && !isEmpty(typed.value)) one.offer(typed.value, this.#label(one.field, typed.value));
  }

  // Options by their value; everything else as people read it.
  #shown(field, known) {
    if (!known) return takesFiles(field) || field.type === "choices" ? [] : "";
    if (takesFiles(field) || field.type === "choices" || field.type === "yes_no") return known.value;
    return field.type === "choice" && !known.flagged ? known.value : known.display;
  }

  #label(field, value) {
    const label = (one) => field.options.find((option) => option.value === one)?.label ?? one;
    if (typeof value === "boolean") return value ? this.words.yes : this.words.no;
    return (Array.isArray(value) ? value : [value]).map(label).join("、");
  }

  #groups() {
    const { words } = this;
    const is = (test) => this.controls.filter(test);
    const you = (one) => ABOUT_YOU.includes(one.id);
    const matter = is((one) => !you(one) && (one.field.required || takesFiles(one.field)));
    const more = is((one) => !you(one) && !matter.includes(one));
    this.more = make("details", "more");
    this.more.append(make("summary", "", words.more_details), ...more.map((one) => one.element));
    this.more.open = more.some((one) => !isEmpty(one.read()));
    return [group(words.the_matter, matter), group(words.about_you, is(you)), ...(more.length ? [this.more] : [])];
  }

  #find(id) {
    return this.controls.find((one) => one.id === id);
  }

  // What conditions look at: the gateway's own value where the control was not touched.
  #values() {
    const filled = this.controls.map((one) => {
      const value = one.read();
      const isClean = key(value) === this.clean[one.id] && this.known[one.id];
      return [one.id, isClean ? this.known[one.id].value : value];
    });
    return Object.fromEntries(filled.filter(([, value]) => !isEmpty(value)));
  }

  #needed() {
    return this.controls.filter((one) => one.shown && one.field.required);
  }

  #changed(one) {
    const value = one.read();
    const isTyped = key(value) !== this.clean[one.id];
    this.handlers.typed(one.id, isTyped ? { value, of: key(this.known[one.id]?.value ?? null) } : null);
    this.tell("");
    this.#refresh(false);
  }

  // Fields come and go where they stand, so that the focus stays where it is.
  #refresh(isFirst) {
    const values = this.#values();
    const isNameless = values.identity_mode === "anonymous";
    const came = [];
    for (const one of this.controls) {
      const fits = holds(one.field.when, values) && !(isNameless && ["contact_phone", "contact_name"].includes(one.id));
      if (fits && !one.shown && !isFirst) came.push(one.field.label);
      one.element.hidden = !fits;
      one.require(one.field.required && !one.field.skippable);
    }
    if (came.length) $("card-news").textContent = fill(this.words.came, { labels: came.join("、") });
    this.#notices(values);
    this.#count();
  }

  // The template's own: those of the opening from the beginning, others as soon as their condition holds.
  #notices(values) {
    const due = this.template.notices.filter(({ at, when }) => (at === "opening" || (at === "when" && when)) && holds(when, values));
    const texts = due.map(({ text }) => text);
    if (key(texts) === this.notices) return;
    this.notices = key(texts);
    $("card-notices").replaceChildren(...due.map(({ at, text }) => make("p", at, text)));
  }

  #count() {
    const needed = this.#needed().filter((one) => !one.field.skippable);
    const done = needed.filter((one) => !isEmpty(one.read())).length;
    $("card-count").textContent = fill(this.words.done_of, { done, all: needed.length });
    Object.assign($("card-bar"), { max: Math.max(1, needed.length), value: done });
  }

  #blame(faults) {
    for (const one of this.controls) one.fail(faults.find((fault) => fault.one === one)?.message ?? "");
    this.#summarise(faults);
    if (!faults.length) return true;
    if (faults.some(({ one }) => this.more.contains(one.element))) this.more.open = true;
    faults[0].one.focus();
    return false;
  }

  #summarise(faults) {
    $("card-faults").hidden = !faults.length;
    $("card-faults-title").textContent = fill(this.words.to_mend, { n: faults.length });
    $("card-faults-list").replaceChildren(...faults.map(({ one, message }) => {
      const item = make("li");
      const link = make("button", "link", message);
      link.type = "button";
      link.onclick = () => one.focus();
      item.append(link);
      return item;
    }));
  }
}

function group(title, controls) {
  const section = make("section", "group");
  const name = make("h3", "", title);
  section.append(name, ...controls.map((one) => one.element));
  return section;
}
