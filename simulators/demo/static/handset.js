// A citizen's phone on a demo page: its chat, the line to write in, and the sheet behind "＋".
import { post } from "./say.js";

const NEAR_PX = 40;

export class Handset {
  // parts: classes of the template's elements beside those that every phone has.
  constructor(name, parts) {
    this.name = name;
    this.chat = "";      // which is on the screen
    this.rows = [];      // what was drawn for each bubble, and its element
    this.root = document.getElementById("phone").content.firstElementChild.cloneNode(true);
    this.parts = Object.fromEntries(["who", "chat", "say", "sheet", "more", ...parts]
      .map((part) => [part, this.root.querySelector(`.${part}`)]));
    this.parts.who.textContent = name;
    this.root.setAttribute("aria-label", name);
    this.parts.say.addEventListener("submit", (event) => this.send(event));
    this.parts.more.addEventListener("click", () => this.unfold(this.parts.sheet.hidden));
    new ResizeObserver(() => this.toTheEnd()).observe(this.parts.chat);   // the sheet, lines above it, a keyboard
  }

  act(act, more = {}) {
    this.unfold(false);
    return post("/demo/acts", { ...this.whose, act, ...more });
  }

  send(event) {
    event.preventDefault();
    const text = this.takeWords();
    if (text) this.says(text);
    this.parts.say.elements.text.focus();
  }

  says(text) {
    this.act("says", { text });
  }

  // The words in the line, for acts that need some: a voice message says them.
  takeWords() {
    const input = this.parts.say.elements.text;
    const text = input.value.trim();
    input.value = "";
    return text;
  }

  unfold(open) {
    this.parts.sheet.hidden = !open;
    this.parts.more.setAttribute("aria-expanded", String(open));
    if (open) this.parts.sheet.replaceChildren(...this.sheet());
  }

  // In the same chat only what is new or has changed is drawn, so that pictures stay; another chat begins anew.
  // `said`: how many bubbles there ever were, of which the latest are here.
  drawChat(chat, { said, bubbles }, rowOf) {
    if (chat !== this.chat) {
      [this.chat, this.rows] = [chat, []];
      this.parts.chat.replaceChildren();
    }
    const reading = !this.isAtTheEnd();
    const before = this.rows.length;
    bubbles.forEach((bubble, n) => this.drawRow(said - bubbles.length + n, bubble, rowOf));
    if (this.rows.length === before && reading) return;
    this.toTheEnd();
    for (const picture of this.parts.chat.querySelectorAll("img")) {
      if (!picture.complete) picture.addEventListener("load", () => this.toTheEnd(), { once: true });
    }
  }

  drawRow(at, bubble, rowOf) {
    const drawn = JSON.stringify(bubble);
    if (this.rows[at]?.drawn === drawn) return;
    const element = rowOf(bubble);
    if (this.rows[at]) this.rows[at].element.replaceWith(element);
    else this.parts.chat.append(element);
    this.rows[at] = { drawn, element };
  }

  isAtTheEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.parts.chat;
    return scrollHeight - scrollTop - clientHeight < NEAR_PX;
  }

  toTheEnd() {
    this.parts.chat.scrollTo(0, this.parts.chat.scrollHeight);
  }
}
