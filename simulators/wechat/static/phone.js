// One citizen's phone: a chat with one of the accounts, and all that a citizen can do in it.
import { bubbleOf } from "./bubbles.js";
import { sheetOf } from "./sheet.js";
import { button, make, post } from "./say.js";

const ACTS = { message: "消息", menu: "菜单", subscribe: "关注", scan: "扫码", enter: "进入" };

export class Phone {
  constructor(name) {
    this.name = name;
    this.accounts = [];
    this.drawn = "";
    this.root = document.getElementById("phone").content.firstElementChild.cloneNode(true);
    this.parts = Object.fromEntries(["who", "chat-with", "state", "quota", "chat", "menu", "say", "sheet", "more"]
      .map((part) => [part, this.root.querySelector(`.${part}`)]));
    this.parts.who.textContent = name;
    this.root.setAttribute("aria-label", name);
    this.parts.say.addEventListener("submit", (event) => this.send(event));
    this.parts.more.addEventListener("click", () => this.unfold(this.parts.sheet.hidden));
    this.parts["chat-with"].addEventListener("change", () => this.turn());
  }

  get account() {
    return this.accounts.find((account) => account.name === this.parts["chat-with"].value) ?? this.accounts[0];
  }

  get citizen() {
    return this.account.citizens.find((citizen) => citizen.name === this.name);
  }

  act(act, more = {}) {
    this.unfold(false);
    return post("/demo/acts", { account: this.account.name, citizen: this.name, act, ...more });
  }

  send(event) {
    event.preventDefault();
    const input = this.parts.say.elements.text;
    const text = input.value.trim();
    if (text) this.act("says", { text });
    input.value = "";
    input.focus();
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
    if (open) this.parts.sheet.replaceChildren(...sheetOf(this));
    this.parts.chat.scrollTo(0, this.parts.chat.scrollHeight);
  }

  turn() {
    this.drawn = "";
    this.unfold(false);
    this.draw();
  }

  show(accounts) {
    this.accounts = accounts.filter((account) => account.citizens.some((citizen) => citizen.name === this.name));
    if (this.parts["chat-with"].options.length !== this.accounts.length) {
      this.parts["chat-with"].replaceChildren(...this.accounts.map((account) => {
        const option = make("option", "", `${account.title} ${account.name}`);
        option.value = account.name;
        return option;
      }));
    }
    this.draw();
  }

  draw() {
    const { citizen, account } = this;
    this.tick();
    this.parts.state.textContent = citizen.typing ? "对方正在输入…" : citizen.follows ? "" : "未关注";
    this.parts.menu.replaceChildren(...Object.entries(account.menu).map(([key, label]) =>
      button(label, () => this.act("taps", { key }))));
    const drawn = `${account.name}/${citizen.said}`;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.parts.chat.replaceChildren(...citizen.bubbles.map((bubble) =>
      bubbleOf(bubble, `/demo/media/${account.name}/${bubble.media}`, (item) => this.act("picks", { item }))));
    this.parts.chat.scrollTo(0, this.parts.chat.scrollHeight);
  }

  // What may still be sent to this citizen, and until when by the simulator's clock.
  tick(now = this.now) {
    this.now = now;
    if (!this.accounts.length || !now) return;
    const windows = this.citizen.windows.map((window) =>
      `${ACTS[window.act]}窗口：还可回 ${window.left} 条 · ${left(window.until, now)}`);
    const grants = Object.entries(this.citizen.grants).map(([template, n]) =>
      `订阅 ${template}：${n === "always" ? "长期" : `${n} 次`}`);
    const refuses = this.citizen.refuses ? ["拒收消息"] : [];
    this.parts.quota.textContent = [...(windows.length ? windows : ["窗口已关：不能主动回复"]), ...grants, ...refuses]
      .join("\n");
  }
}

function left(until, now) {
  const seconds = Math.max(0, Math.round((new Date(until) - now) / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return [hours, minutes, rest].map((n) => String(n).padStart(2, "0")).join(":");
}
