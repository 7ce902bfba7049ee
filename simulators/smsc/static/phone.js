// One citizen's phone: its texts with what each cost and what became of it, and all that can be done beside writing.
import { Handset } from "/demo/shared/handset.js";
import { make, tile } from "/demo/shared/say.js";
import { measure } from "./segments.js";

const CLOCK = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });

// state → its words and how it looks; of a text we received the states are those of its receipts.
const STATES = {
  sending: ["发送中", "sending", "sending"], waiting: ["等待网关", "waiting for the gateway", "waiting"],
  taken: ["已发出", "sent", ""], held: ["回执扣住", "receipt held", "held"],
  DELIVRD: ["回执 已送达", "delivered", ""], ACCEPTD: ["回执 已接受", "accepted", ""],
  UNKNOWN: ["回执 不明", "unknown", "failed"], UNDELIV: ["回执 送不到", "undeliverable", "failed"],
  EXPIRED: ["回执 过期", "expired", "failed"], REJECTD: ["回执 被拒", "rejected", "failed"],
  DELETED: ["回执 已删", "deleted", "failed"],
};
const FORMS = { udh8: "UDH 8 位", udh16: "UDH 16 位", sar: "SAR", payload: "message_payload" };
const EXAMPLES = [
  ["投诉路灯", "street lamp", "小区门口的路灯坏了一个星期了，晚上很黑，老人容易摔倒，要求尽快修好"],
  ["English", "a parcel", "Hello, my SF Express parcel SF1234567890123 has not moved for three days"],
  ["长短信", "long text", "天河区体育西路103号对面的工地每天夜里十一点以后还在打桩，整栋楼都睡不着，家里有老人和准备高考的孩子。"
    + "我们找过工地两次，对方只说赶工期，没有任何改变，要求马上停止夜间施工，并书面答复我们。"],
  ["退订", "opt out", "TD"],
];

export class Phone extends Handset {
  constructor(name) {
    super(name, ["number", "state", "quota", "count"]);
    this.form = "udh8";
    this.turned = false;
    this.parts.say.elements.text.addEventListener("input", () => this.count());
  }

  get whose() {
    return { citizen: this.name };
  }

  says(text) {
    this.act("says", { text, form: this.form, turned: this.turned });
  }

  takeWords() {
    const words = super.takeWords();
    this.count();
    return words;
  }

  // What the text in the line would cost.
  count() {
    const { text } = this.parts.say.elements;
    const { used, room, parts, coding } = measure(text.value);
    this.parts.count.hidden = !used;
    this.parts.count.textContent = `${used}/${room} ${coding} · ${parts} 条 part${parts === 1 ? "" : "s"}`;
  }

  show({ phones, hotline }) {
    const shown = phones.find(({ name }) => name === this.name);
    this.refused = shown.refused;
    this.parts.number.textContent = shown.number.replace(/^86/, "");
    this.parts.state.textContent = shown.refused ? "停机 out of service" : "";
    this.parts.quota.replaceChildren(make("li", "",
      make("span", "", `与 ${hotline} 的短信 · 下行计费 ${shown.cost} 条`), english(`${shown.cost} part${shown.cost === 1 ? "" : "s"} paid for`)));
    this.drawChat(hotline, shown, row);
  }

  tick() {}

  sheet() {
    return [
      make("div", "grid", ...EXAMPLES.map(([zh, en, text]) => tile(zh, en, () => this.write(text))),
        tile(this.refused ? "恢复服务" : "停机", this.refused ? "in service" : "out of service", () => this.act("turns_off"))),
      this.longForms(),
    ];
  }

  // Into the line, so that it may be changed before it goes.
  write(text) {
    this.unfold(false);
    this.parts.say.elements.text.value = text;
    this.count();
    this.parts.say.elements.text.focus();
  }

  longForms() {
    const select = make("select", "", ...Object.entries(FORMS).map(([form, label]) => {
      const option = make("option", "", label);
      option.value = form;
      option.selected = form === this.form;
      return option;
    }));
    select.addEventListener("change", () => { this.form = select.value; });
    const turned = make("input");
    turned.type = "checkbox";
    turned.checked = this.turned;
    turned.addEventListener("change", () => { this.turned = turned.checked; });
    return make("fieldset", "long", make("legend", "", "长短信怎样拆分 ", english("how a long text is cut")),
      make("label", "", "格式 form ", select), make("label", "", turned, " 末条先到 last part first"));
  }
}

function english(text) {
  const made = make("span", "", text);
  made.lang = "en";
  return made;
}

function row({ at, side, text, parts, states }) {
  const cost = `${parts} 条${parts > 1 ? " parts" : ""}`;
  const about = make("small", "when", `${CLOCK.format(new Date(at))} · ${cost}`);
  for (const state of states.length ? states : ["none"]) {
    const [zh, en, look] = STATES[state] ?? ["无回执", "no receipt", ""];
    about.append(" · ", make("span", look && `state-${look}`, `${zh} ${en}`));
  }
  return make("div", `line ${side}`, make("div", "bubble", make("span", "", text)), about);
}
