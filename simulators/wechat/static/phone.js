// One citizen's phone: a chat with one of the accounts, and all that a citizen can do in it.
import { bubbleOf } from "./bubbles.js";
import { sheetOf } from "./sheet.js";
import { button, make, post } from "./say.js";

// What opened a window, in both languages.
const ACTS = {
  message: ["消息", "message"], menu: ["菜单", "menu"], subscribe: ["关注", "follow"], scan: ["扫码", "scan"],
  enter: ["进入", "session"],
};

export class Phone {
  constructor(name) {
    this.name = name;
    this.accounts = [];
    this.drawn = {};
    this.counted = "";
    this.root = document.getElementById("phone").content.firstElementChild.cloneNode(true);
    this.parts = Object.fromEntries(["who", "chat-with", "state", "quota", "chat", "menu", "say", "sheet", "more"]
      .map((part) => [part, this.root.querySelector(`.${part}`)]));
    this.parts.who.textContent = name;
    this.root.setAttribute("aria-label", name);
    this.parts.say.addEventListener("submit", (event) => this.send(event));
    this.parts.more.addEventListener("click", () => this.unfold(this.parts.sheet.hidden));
    this.parts["chat-with"].addEventListener("change", () => this.turn());
    new ResizeObserver(() => this.toTheEnd()).observe(this.parts.chat);   // the sheet, the quota's lines, a keyboard
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
  }

  turn() {
    this.drawn = {};
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
    this.parts.state.textContent = citizen.typing ? "对方正在输入… typing" : citizen.follows ? "" : "未关注 unfollowed";
    this.parts.menu.replaceChildren(...Object.entries(account.menu).map(([key, label]) =>
      button(label, () => this.act("taps", { key }))));
    this.drawChat(account, citizen);
  }

  // What is new in the same chat is added, so that pictures stay; another chat begins anew.
  drawChat(account, citizen) {
    const { chat } = this.parts;
    const fresh = account.name === this.drawn.account ? citizen.said - this.drawn.said : -1;
    if (fresh === 0) return;
    this.drawn = { account: account.name, said: citizen.said };
    if (fresh < 0) chat.replaceChildren();
    const bubbles = fresh < 0 ? citizen.bubbles : citizen.bubbles.slice(-fresh);
    chat.append(...bubbles.map((bubble) =>
      bubbleOf(bubble, `/demo/media/${account.name}/${bubble.media}`, (item) => this.act("picks", { item }))));
    this.toTheEnd();
    for (const picture of chat.querySelectorAll("img")) {
      if (!picture.complete) picture.addEventListener("load", () => this.toTheEnd(), { once: true });
    }
  }

  toTheEnd() {
    this.parts.chat.scrollTo(0, this.parts.chat.scrollHeight);
  }

  // What may still be sent to this citizen, and until when by the simulator's clock.
  tick(now = this.now) {
    this.now = now;
    if (!this.accounts.length || !now) return;
    const { windows, grants, refuses } = this.citizen;
    const lines = [
      ...windows.map(({ act, left, until }) => {
        const [zh, en] = ACTS[act];
        return [`${zh}窗口：还可回 ${left} 条 · ${rest(until, now)}`, `${en}: ${left} left`];
      }),
      ...(windows.length ? [] : [["窗口已关：不能主动回复", "closed: no messages"]]),
      ...Object.entries(grants).map(([template, n]) =>
        [`订阅 ${template}：${n === "always" ? "长期" : `${n} 次`}`, n === "always" ? "always" : `${n} left`]),
      ...(refuses ? [["拒收消息", "refuses messages"]] : []),
    ];
    const drawn = JSON.stringify(lines);
    if (drawn === this.counted) return;
    this.counted = drawn;
    this.parts.quota.replaceChildren(...lines.map(([zh, en]) => {
      const english = make("span", "", en);
      english.lang = "en";
      return make("li", "", make("span", "", zh), english);
    }));
  }
}

function rest(until, now) {
  const seconds = Math.max(0, Math.round((new Date(until) - now) / 1000));
  const [hours, minutes, last] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return [hours, minutes, last].map((n) => String(n).padStart(2, "0")).join(":");
}
