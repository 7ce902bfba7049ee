// The platform's panel: faults to switch on, calls of the day, the journal.
import { drawLines, make, post } from "/demo/shared/say.js";

const NAMED = { errcode: "code", status: "status", delay: "seconds" };

export class Platform {
  constructor(root) {
    this.root = root;
    this.form = root.querySelector(".faults");
    this.on = root.querySelector(".on");
    this.calls = root.querySelector(".calls tbody");
    this.lines = root.querySelector(".lines ol");
    this.form.addEventListener("submit", (event) => this.switchOn(event));
    root.querySelector(".clear").addEventListener("click", () => fetch("/demo/faults", { method: "DELETE" }));
  }

  switchOn(event) {
    event.preventDefault();
    const { path, fault, times } = Object.fromEntries(new FormData(this.form));
    const [kind, n] = fault.split(":");
    const more = kind in NAMED ? { [NAMED[kind]]: Number(n) } : {};
    post("/demo/faults", { path, kind, times: Number(times), ...more });
  }

  show({ faults, accounts, journal }) {
    this.on.replaceChildren(...faults.map((fault) =>
      make("li", "", `${fault.path} · ${fault.kind === "errcode" ? fault.code : fault.kind} · 还有 ${fault.times} 次`)));
    this.calls.replaceChildren(...accounts.flatMap((account) => Object.entries(account.calls).map(([path, n]) =>
      make("tr", "", make("td", "", account.name), make("td", "", path.replace("/cgi-bin/", "")), make("td", "n", n)))));
    drawLines(this.lines, journal, (line) => line.split(/\s+/)[2]);
  }
}
