// The carrier's panel: its receipts, faults to switch on, what waits, the journal.
import { drawLines, make, post } from "/demo/shared/say.js";

const FAULTS = {
  throttled: ["0x58 太快", "throttled"], swallowed: ["收下不应答", "no answer"], cut: ["收下即断线", "link cut"],
};
const COUNTS = {
  submit: ["下行提交", "submitted"], receipt: ["回执", "receipts"], deliver: ["上行", "delivered to the gateway"],
  lost: ["断线", "links lost"],
};

export class Carrier {
  constructor(root) {
    this.root = root;
    this.form = root.querySelector(".faults");
    this.parts = Object.fromEntries(["link", "on", "held", "waiting"].map((part) => [part, root.querySelector(`.${part}`)]));
    this.counts = root.querySelector(".calls tbody");
    this.lines = root.querySelector(".lines ol");
    this.form.addEventListener("submit", (event) => this.switchOn(event));
    for (const name of ["receipts", "outcome"]) {
      const select = this.form.elements[name];
      select.addEventListener("change", () => this.does("conduct", { [name]: select.value }));
    }
    for (const button of root.querySelectorAll("[data-act]")) {
      button.addEventListener("click", () => this.does(button.dataset.act));
    }
  }

  // The receipts that are released say what the select says.
  does(act, more = {}) {
    const { outcome } = this.form.elements;
    return post("/demo/carrier", { act, ...(act === "release" ? { outcome: outcome.value } : {}), ...more });
  }

  switchOn(event) {
    event.preventDefault();
    const { fault, times } = this.form.elements;
    this.does("conduct", { [fault.value]: Number(times.value) });
  }

  show({ bound, way, conduct, held, waiting, counts, journal }) {
    this.parts.link.textContent = bound ? `已连接 ${way} bound` : `未连接 ${way} not bound`;
    this.parts.link.classList.toggle("down", !bound);
    for (const name of ["receipts", "outcome"]) {
      const select = this.form.elements[name];
      if (document.activeElement !== select) select.value = conduct[name];
    }
    this.parts.on.replaceChildren(...Object.entries(FAULTS).filter(([name]) => conduct[name]).map(([name, [zh, en]]) =>
      make("li", "", `${zh} ${en} · 还有 ${conduct[name]} 次`)));
    this.parts.held.textContent = held || "";
    this.parts.waiting.textContent = waiting || "";
    this.counts.replaceChildren(...Object.entries(COUNTS).map(([what, [zh, en]]) => {
      const hint = make("small", "", en);
      hint.lang = "en";
      return make("tr", "", make("td", "", `${zh} `, hint), make("td", "n", counts[what]));
    }));
    drawLines(this.lines, journal, (line) => (line.endsWith("0x00") ? line.split(/\s+/)[2] : "refused"));
  }
}
