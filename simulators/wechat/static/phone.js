// One citizen's phone: a chat with one of the accounts, and all that a citizen can do in it.
import { bubbleOf } from "./bubbles.js";
import { sheetOf } from "./sheet.js";
import { Handset } from "/demo/shared/handset.js";
import { button, make } from "/demo/shared/say.js";

// What opened a window, in both languages.
const ACTS = {
  message: ["消息", "message"], menu: ["菜单", "menu"], subscribe: ["关注", "follow"], scan: ["扫码", "scan"],
  enter: ["进入", "session"],
};

export class Phone extends Handset {
  constructor(name) {
    super(name, ["chat-with", "state", "quota", "menu"]);
    this.accounts = [];
    this.counted = "";
    this.parts["chat-with"].addEventListener("change", () => this.turn());
  }

  get account() {
    return this.accounts.find((account) => account.name === this.parts["chat-with"].value) ?? this.accounts[0];
  }

  get citizen() {
    return this.account.citizens.find((citizen) => citizen.name === this.name);
  }

  get whose() {
    return { account: this.account.name, citizen: this.name };
  }

  sheet() {
    return sheetOf(this);
  }

  turn() {
    this.unfold(false);
    this.draw();
  }

  show({ accounts }) {
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
    this.drawChat(account.name, citizen, (bubble) =>
      bubbleOf(bubble, `/demo/media/${account.name}/${bubble.media}`, (item) => this.act("picks", { item })));
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
