// Back and forth between chat and card: opens it, keeps what is typed, sends it, shows what came of it.

import { Card } from "./card.js";
import { Matters } from "./matters.js";
import { fill } from "./words.js";

const PATIENCE_MS = 8000;
const $ = (id) => document.getElementById(id);

export class Forms {
  // page: {memory, words(), language(), isOpen(), say(content, shown) → id, notice(text), back()}
  constructor(page) {
    this.page = page;
    this.templates = [];
    this.card = new Card({
      typed: (field, typed) => this.#keep(field, typed),
      session: () => page.memory.state.session,
      language: () => page.language(),
    });
    this.matters = new Matters((template) => this.#begin(template));
    $("form-open").addEventListener("click", () => this.open(this.#template));
    for (const id of ["choose-matter", "menu-matters"]) $(id).addEventListener("click", () => this.choose());
    for (const id of ["card-back", "matters-back"]) $(id).addEventListener("click", () => this.close());
    for (const id of ["card", "matters"]) $(id).addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    $("card-form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.card.check()) this.#send();
    });
    $("card-rest").addEventListener("click", () => this.#send());
  }

  // A new connection or language: what stands open is shown anew.
  async speak() {
    this.templates = [];
    this.refresh();
    const { place } = this.page.memory.state;
    if (place === "matters") await this.choose();
    else if (place) await this.open(place);
  }

  // The bar below the chat names the form that is open there.
  refresh() {
    const last = this.#last;
    const open = last?.template && !last.work_order;
    $("form-bar").hidden = !open;
    $("menu-matters").hidden = Boolean(open); // another matter would drop the open form
    if (!open) return;
    const { words } = this.page;
    $("form-open").textContent = last.ask === "confirm" ? words().edit_form : words().fill_form;
    this.#title(last.template).then((title) => ($("form-title").textContent = title));
    const typed = Object.keys(this.#typed(last.template)).length;
    $("form-typed").textContent = typed ? fill(words().typed, { n: typed }) : "";
  }

  async choose() {
    const templates = await this.#all();
    if (!templates) return this.page.notice(this.page.words().form_failed);
    this.matters.show(templates, this.page.words());
    this.#enter("matters", "matters");
    $("matters-title").focus();
  }

  async open(id) {
    const [template, draft] = await Promise.all([this.#get(`/api/templates/${id}?lang=${this.page.language()}`), this.#get("/api/draft")]);
    if (!template) return this.page.notice(this.page.words().form_failed);
    this.card.show(template, draft?.template === id ? draft : null, this.#typed(id), this.page.words());
    this.#enter("card", id);
    if (this.page.memory.state.pending) this.card.tell(this.page.words().form_sending);
    this.#busy(Boolean(this.page.memory.state.pending));
    $("card-title").focus();
  }

  close() {
    const { state } = this.page.memory;
    state.place = null;
    this.page.memory.save();
    this.forget();
    $("news").hidden = true;
    this.refresh();
    this.page.back();
  }

  get isShown() {
    return Boolean(this.page.memory.state.place);
  }

  // A message came: the answer to the card, or something that waits in the chat.
  hear(frame) {
    const { state } = this.page.memory;
    this.refresh();
    if (frame.reply_to && frame.reply_to === state.pending?.id) return this.#answered(frame, state.pending.template);
    if (this.isShown) $("news").hidden = false;
    return this.#renew(frame.template);
  }

  // A person in the chat may take their time to answer; the card does not wait for that.
  accepted(id) {
    if (id !== this.page.memory.state.pending?.id) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.#busy(false);
      this.card.tell(this.page.words().form_arrived);
    }, PATIENCE_MS);
  }

  // What we sent was refused, or could not be taken yet and is sent again.
  fault(frame, isFinal) {
    const { memory } = this.page;
    if (!memory.state.pending || (frame.id && frame.id !== memory.state.pending.id)) return;
    if (isFinal) memory.state.pending = null;
    this.#busy(!isFinal);
    this.card.tell(frame.text, true);
  }

  // The line is down while an answer is waited for.
  lost() {
    if (this.page.memory.state.pending) this.card.tell(this.page.words().form_waiting, true);
  }

  forget() {
    for (const id of ["card", "matters", "form-bar"]) $(id).hidden = true;
    $("talk").hidden = false;
    $("foot").hidden = false;
  }

  get #last() {
    return this.page.memory.state.log.findLast((entry) => entry.from === "bot");
  }

  get #template() {
    return this.#last?.template;
  }

  // Nothing is said yet: the form opens in the chat, with its notices; its card is shown with the answer.
  #begin({ id, title }) {
    const { words } = this.page;
    const isOpen = this.page.isOpen();
    $("matters-found").textContent = isOpen ? words().form_opening : words().form_offline;
    if (isOpen) this.#say(id, {}, fill(words().form_opened, { title }), true);
  }

  #send() {
    const { words } = this.page;
    const { id, title } = this.card.template;
    const fields = this.card.changes();
    if (!this.page.isOpen()) return this.card.tell(words().form_offline, true);
    this.#busy(true);
    this.card.tell(words().form_sending);
    return this.#say(id, fields, fill(words().form_sent, { title }));
  }

  #say(template, fields, text, opens = false) {
    const { memory, say } = this.page;
    const id = say({ form: { template, fields } }, { text });
    memory.state.pending = { id, template, fields: Object.keys(fields), opens };
    memory.save();
  }

  // The gateway has everything but the fields it finds fault with; those stay as they were typed.
  async #answered(frame, template) {
    const { memory } = this.page;
    const { fields: sent, opens } = memory.state.pending;
    const wrong = (frame.errors ?? []).map(({ field }) => field);
    memory.state.pending = null;
    clearTimeout(this.timer);
    for (const field of sent.filter((name) => !wrong.includes(name))) delete this.#typed(template)[field];
    memory.save();
    this.#busy(false);
    if (!this.isShown) return this.refresh();
    if (opens) return this.open(template);
    if (!wrong.length) return this.close();
    await this.#renew(template, wrong);
    this.card.tell("");
    this.card.blame(frame.errors, frame.text.split(/\n{2,}/));
    return undefined;
  }

  // The card follows what is answered in the chat while it stands open.
  async #renew(template, kept) {
    if (this.page.memory.state.place !== template) return;
    const draft = await this.#get("/api/draft");
    if (draft && draft.template === template && this.card.template?.id === template) this.card.renew(draft, kept);
  }

  #busy(yes) {
    for (const id of ["card-send", "card-rest"]) $(id).disabled = yes;
  }

  #enter(id, place) {
    const { memory } = this.page;
    memory.state.place = place;
    memory.save();
    for (const other of ["card", "matters"]) $(other).hidden = other !== id;
    $("talk").hidden = true;
    $("foot").hidden = true;
    $(id).querySelector(".scroll").scrollTop = 0;
  }

  #typed(template) {
    const { state } = this.page.memory;
    state.cards[template] ??= {};
    return state.cards[template];
  }

  #keep(field, typed) {
    const kept = this.#typed(this.card.template.id);
    if (typed) kept[field] = typed;
    else delete kept[field];
    this.page.memory.save();
  }

  async #title(id) {
    return (await this.#all())?.find((one) => one.id === id)?.title ?? "";
  }

  async #all() {
    if (!this.templates.length) {
      const language = this.page.language();
      this.templates = (await this.#get(`/api/templates?lang=${language}`))?.templates ?? [];
    }
    return this.templates.length ? this.templates : null;
  }

  async #get(path) {
    try {
      const headers = { Authorization: `Bearer ${this.page.memory.state.session}`, "Accept-Language": this.page.language() };
      const answer = await fetch(path, { headers });
      return answer.status === 200 ? await answer.json() : null;
    } catch {
      return null; // no network
    }
  }
}
