// For supervisors: figures.
import { STATUSES, chip } from "./cases.js";
import { h, slot } from "./dom.js";
import { t } from "./words.js";

export function reportView(main, ctx) {
  const body = h("div", { class: "report" });
  const draw = slot(body, figures);
  main.replaceChildren(h("h1", {}, t("report")), body);
  ctx.poll(() => "report", 10, draw);
}

function figures(report) {
  const { ratings, talks } = report;
  const tiles = [
    ["now_open", report.open], ["now_closed", report.by_status.closed], ["now_reworked", report.reworked],
    ["now_late", report.late], ["now_due_soon", report.due_soon], ["now_coordination", report.coordination],
    ["now_waiting", report.waiting], ["now_talking", report.talking], ["now_dead", report.dead],
  ];
  return [
    h("dl", { class: "tiles" }, tiles.map(([word, n]) => h("div", {}, h("dt", {}, t(word)), h("dd", {}, String(n))))),
    h("h2", {}, t("ratings", { n: report.window_days })),
    h("dl", { class: "tiles" },
      tile(t("answers"), ratings.answers), tile(t("mean"), ratings.satisfaction ?? "—"),
      ["yes", "partly", "no"].map((word) => tile(`${t("resolved")}: ${t(word)}`, ratings.resolved[word] ?? 0))),
    h("h2", {}, t("talks", { n: report.window_days })),
    h("dl", { class: "tiles" },
      tile(t("judged"), talks.answers), tile(t("mean_points"), talks.mean ?? "—"),
      Object.entries(talks.agents).map(([agent, [n, mean]]) => tile(agent, `${mean} (${n})`))),
    h("h2", {}, t("by_status")),
    h("ul", { class: "by-status" }, STATUSES.map((one) => h("li", {}, chip(one), h("b", {}, String(report.by_status[one]))))),
  ];
}

const tile = (word, n) => h("div", {}, h("dt", {}, word), h("dd", {}, String(n)));
