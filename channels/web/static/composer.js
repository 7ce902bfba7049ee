// The box in which a message is written: grows with it, counts near the end, sends with Enter.

import { fill } from "./words.js";

const MAX_TEXT = 2000;
const COUNT_FROM = 1800;
const $ = (id) => document.getElementById(id);

export class Composer {
  // handlers: send(text), paste(file), words()
  constructor(handlers) {
    this.handlers = handlers;
    this.box = $("text");
    $("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.box.addEventListener("input", () => this.fit());
    this.box.addEventListener("keydown", (event) => {
      // While an input method is composing, Enter picks a word (keyCode 229 in Safari).
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.submit();
    });
    this.box.addEventListener("paste", (event) => {
      const [file] = event.clipboardData?.files ?? [];
      if (!file) return;
      event.preventDefault();
      handlers.paste(file);
    });
  }

  // Somebody else's words, theirs to change before they are sent.
  suggest(text) {
    this.box.value = text;
    this.fit();
    this.box.focus();
  }

  submit() {
    const text = this.box.value.trim();
    if (!text || text.length > MAX_TEXT) return;
    this.box.value = "";
    this.fit();
    this.handlers.send(text);
  }

  fit() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight + 2, 160)}px`;
    $("send").disabled = !this.box.value.trim() || this.box.value.length > MAX_TEXT;
    this.#count();
  }

  #count() {
    const words = this.handlers.words();
    const left = MAX_TEXT - this.box.value.length;
    const text = left < 0 ? fill(words.too_long, { n: -left }) : fill(words.count, { n: left });
    $("count").textContent = left < MAX_TEXT - COUNT_FROM ? text : "";
    $("count").classList.toggle("over", left < 0);
  }
}
