// One field of a form card: its label, help, control and fault, bound to each other. Built by type from /api/templates.

import { make } from "./view.js";
import { fill } from "./words.js";
import { Files } from "./picked.js";

const LONG = 200; // characters from which on a text is written in several lines
const MOST_RADIOS = 8;
const FILES = new Set(["files", "images", "video", "document"]);
const KEYS = { phone: "tel", money: "decimal", number: "numeric" };
const CODES = new Set(["tracking_number", "plate", "credit_code", "resident_id", "passport", "account_number"]);
const COMPLETE = { contact_phone: "tel", contact_name: "name" };

export const isEmpty = (value) => value === "" || (Array.isArray(value) && !value.length);
export const takesFiles = (field) => FILES.has(field.type);

// host: {words, changed(), session(), language()}
export function control(field, host) {
  if (takesFiles(field)) return new FieldBox(field, host, new Files(field, host));
  if (field.type === "yes_no") return new FieldBox(field, host, new Picks(field, host, yesNo(host.words), "radio"));
  if (field.type === "choices") return new FieldBox(field, host, new Picks(field, host, field.options, "checkbox"));
  if (field.type !== "choice") return new FieldBox(field, host, new Line(field, host));
  const several = field.options.length > MOST_RADIOS;
  return new FieldBox(field, host, several ? new Menu(field, host) : new Picks(field, host, field.options, "radio"));
}

const yesNo = (words) => [{ value: "yes", label: words.yes }, { value: "no", label: words.no }];

// What surrounds every control. A group of buttons is a fieldset with a legend, anything else has a label.
class FieldBox {
  constructor(field, host, input) {
    Object.assign(this, { field, host, input });
    this.id = field.id;
    this.element = make(input.isGroup ? "fieldset" : "div", "field");
    this.element.dataset.field = field.id;
    this.fault = make("p", "fault");
    this.fault.id = `fault-${field.id}`;
    this.earlier = make("div", "earlier");
    this.element.append(this.#name(), ...this.#help(), input.element, this.earlier, this.fault);
    this.#bind();
    this.fail("");
    input.element.addEventListener("input", () => {
      this.fail("");
      host.changed(this);
    });
  }

  get shown() {
    return !this.element.hidden;
  }

  read() {
    return this.input.read();
  }

  write(value) {
    this.input.write(value);
  }

  focus() {
    this.input.target.focus();
    this.element.scrollIntoView({ block: "center" });
  }

  fail(message) {
    this.fault.textContent = message;
    this.fault.hidden = !message;
    this.element.classList.toggle("wrong", Boolean(message));
    const checked = this.input.isGroup ? this.element : this.input.target;
    if (message && !this.input.isGroup) checked.setAttribute("aria-invalid", "true");
    else checked.removeAttribute("aria-invalid");
  }

  // Something else was said in the chat since this was typed: the chat's word stands, the typed one is offered.
  offer(value, label) {
    const { words } = this.host;
    const back = make("button", "plain", words.take_back);
    back.type = "button";
    back.onclick = () => {
      this.write(value);
      this.earlier.replaceChildren();
      this.host.changed(this);
      this.input.target.focus();
    };
    this.earlier.replaceChildren(make("p", "", fill(words.typed_before, { value: label })), back);
  }

  require(yes) {
    this.mark.textContent = yes ? this.host.words.needed : this.host.words.optional;
    this.mark.className = yes ? "needed" : "optional";
    if (!this.input.isGroup) this.input.target.setAttribute("aria-required", String(yes));
  }

  #name() {
    const name = make(this.input.isGroup ? "legend" : "label", "field-name", this.field.label);
    if (!this.input.isGroup) name.htmlFor = this.input.target.id;
    this.mark = make("span", "optional");
    name.append(" ", this.mark);
    if (this.field.sensitive) name.append(" ", make("span", "sensitive", this.host.words.sensitive));
    return name;
  }

  #help() {
    const { prompt, help } = this.field;
    this.hint = make("p", "field-help");
    this.hint.id = `help-${this.id}`;
    this.hint.append(make("span", "field-prompt", prompt), " ", help);
    return [this.hint];
  }

  #bind() {
    const described = this.input.isGroup ? this.element : this.input.target;
    described.setAttribute("aria-describedby", `${this.hint.id} ${this.fault.id}`);
  }
}

// Everything that is written: one line or several, the keyboard that fits.
class Line {
  constructor(field, host) {
    const { type, limits } = field;
    const isLong = type === "text" && (limits.max_length ?? 0) >= LONG;
    const input = make(isLong ? "textarea" : "input", "line");
    input.id = `field-${field.id}`;
    if (isLong) input.rows = 4;
    else Object.assign(input, { type: type === "phone" ? "tel" : "text", enterKeyHint: "next" });
    if (KEYS[type]) input.inputMode = KEYS[type];
    if (CODES.has(type)) Object.assign(input, { autocapitalize: "characters", spellcheck: false });
    input.autocomplete = COMPLETE[field.id] ?? "off";
    if (field.example) input.placeholder = fill(host.words.for_example, { example: field.example });
    this.element = input;
    this.target = input;
  }

  read() {
    return this.target.value.trim();
  }

  write(value) {
    this.target.value = Array.isArray(value) ? value.join("，") : value;
  }
}

class Menu {
  constructor(field, host) {
    const menu = make("select", "line");
    menu.id = `field-${field.id}`;
    for (const { value, label } of [{ value: "", label: host.words.please_pick }, ...field.options]) {
      menu.append(Object.assign(make("option", "", label), { value }));
    }
    this.element = menu;
    this.target = menu;
  }

  read() {
    return this.target.value;
  }

  write(value) {
    this.target.value = value;
  }
}

// Radio buttons or boxes. A radio that is not needed can be taken back by pressing it again.
class Picks {
  isGroup = true;

  constructor(field, host, options, kind) {
    this.kind = kind;
    this.isYesNo = field.type === "yes_no";
    this.element = make("div", "picks");
    this.boxes = options.map(({ value, label }) => this.#pick(field, value, label));
    this.target = this.boxes[0];
    this.before = "";
  }

  read() {
    const values = this.boxes.filter((box) => box.checked).map((box) => box.value);
    if (this.kind === "checkbox") return values;
    if (!values.length) return "";
    return this.isYesNo ? values[0] === "yes" : values[0];
  }

  write(value) {
    const wanted = (Array.isArray(value) ? value : [value]).map((one) => (this.isYesNo && typeof one === "boolean" ? (one ? "yes" : "no") : one));
    for (const box of this.boxes) box.checked = wanted.includes(box.value);
    this.before = this.boxes.find((box) => box.checked)?.value ?? "";
  }

  #pick(field, value, label) {
    const box = Object.assign(make("input"), { type: this.kind, name: `field-${field.id}`, value });
    const pick = make("label", "pick");
    pick.append(box, make("span", "", label));
    this.element.append(pick);
    if (this.kind === "radio") box.addEventListener("click", () => this.#again(box));
    return box;
  }

  #again(box) {
    if (this.before === box.value) {
      box.checked = false;
      this.before = "";
      box.dispatchEvent(new Event("input", { bubbles: true }));
    } else {
      this.before = box.value;
    }
  }
}
