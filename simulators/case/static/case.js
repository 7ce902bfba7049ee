// The page: the cases with what may be done to them, and the system's panel. Asks for the state again and again.
import { both, button, drawLines, make, post } from "/demo/shared/say.js";

const EVERY_MS = 700;
// Event → label, and what the words in the line are for it.
const EVENTS = {
  "case.accepted": ["受理", "accept", "reply"], "case.dispatched": ["派单", "dispatch", "department"],
  "case.progress": ["进展", "progress", "reply"], "case.question": ["追问", "ask", "reply"],
  "case.closed": ["办结", "close", "reply"], "case.rejected": ["不受理", "reject", "reply"],
  "case.reopened": ["重开", "reopen", "reply"], forge: ["伪造", "forge", ""],
};

const away = document.querySelector(".away");
const list = document.querySelector(".list");
const panel = document.querySelector(".platform");
const form = panel.querySelector(".faults");
const drawn = new Map();   // number → [what was drawn, its element]
let known = "";

async function play() {
  try {
    const answer = await fetch(`/demo/state?known=${known}`);
    away.hidden = answer.ok;
    if (answer.status === 200) {
      const { digest, shown } = await answer.json();
      known = digest;
      show(shown);
    }
  } catch {
    away.hidden = false;
  }
  setTimeout(play, EVERY_MS);
}

function show(shown) {
  const desk = document.querySelector(".desk");
  desk.href = shown.desk;
  desk.hidden = !shown.desk;
  document.querySelector(".none").hidden = shown.cases.length > 0;
  list.replaceChildren(...shown.cases.map(elementOf));
  const link = panel.querySelector(".link");
  link.textContent = shown.up ? "运行中 up" : "已停机 down";
  link.classList.toggle("down", !shown.up);
  const { repeats, dropping, holding } = form.elements;
  if (document.activeElement !== repeats) repeats.value = shown.repeats;
  [dropping.checked, holding.checked] = [shown.dropping, shown.holding];
  panel.querySelector(".held").textContent = shown.held || "";
  panel.querySelector(".on").replaceChildren(...shown.faults.map(({ kind, times }) => make("li", "", `${kind} · 还有 ${times} 次`)));
  drawLines(panel.querySelector(".journal"), shown.journal, () => "call");
  drawLines(panel.querySelector(".told"), shown.told, () => "push");
}

// Words that somebody is writing stay: the form is drawn once, the rest when it has changed.
function elementOf(one) {
  const state = JSON.stringify(one);
  const [before, element] = drawn.get(one.number) ?? ["", newCase(one)];
  if (before === state) return element;
  const set = (part, text) => { element.querySelector(`.${part}`).textContent = text; };
  set("number", one.number);
  set("status", one.round ? `${one.status} · 第 ${one.round} 次重办` : one.status);
  for (const [part, text] of [["work-order", one.work_order], ["title", one.title], ["content", one.content]]) set(part, text);
  element.querySelector(".fields").replaceChildren(...one.fields.flatMap(([label, value]) => [make("dt", "", label), make("dd", "", value)]));
  element.querySelector(".operations").replaceChildren(...one.operations.map(([name, words]) => make("li", "", words ? `${name} · ${words}` : name)));
  drawn.set(one.number, [state, element]);
  return element;
}

function newCase({ number }) {
  const element = document.getElementById("case").content.firstElementChild.cloneNode(true);
  element.setAttribute("aria-label", number);
  const { text, many } = element.querySelector(".happens").elements;
  element.querySelector(".happens").addEventListener("submit", (event) => event.preventDefault());
  element.querySelector(".acts").append(...Object.entries(EVENTS).map(([act, [zh, en, name]]) => {
    const made = button("", () => {
      post("/demo/cases", { case: number, act, copies: many.checked ? 5 : 1, ...(name ? { [name]: text.value } : {}) });
      text.value = "";
    });
    made.append(...both(`${zh} `, en));
    return made;
  }));
  return element;
}

const acts = {
  backwards: () => post("/demo/system", { act: "release", backwards: true }),
};
for (const made of panel.querySelectorAll("[data-act]")) {
  const act = made.dataset.act;
  made.addEventListener("click", acts[act] ?? (() => post("/demo/system", { act })));
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const { kind, times, seconds } = form.elements;
  post("/demo/system", { act: "fault", kind: kind.value, times: Number(times.value), seconds: Number(seconds.value) });
});
form.elements.repeats.addEventListener("change", () => post("/demo/system", { act: "repeats", repeats: form.elements.repeats.value }));
for (const name of ["dropping", "holding"]) {
  form.elements[name].addEventListener("change", () => post("/demo/system", { act: "conduct", [name]: form.elements[name].checked }));
}
play();
