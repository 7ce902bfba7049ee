// The page: asks for the state, keeps a phone for each citizen and the platform's panel up to date.
import { Phone } from "./phone.js";
import { Platform } from "./platform.js";

const EVERY_MS = 700;

const page = {
  phones: document.querySelector(".phones"),
  tabs: document.querySelector(".tabs"),
  desk: document.querySelector(".desk"),
  away: document.querySelector(".away"),
};
const phones = new Map();
const seenBy = new WeakMap();   // tab → what it turns to; `part` is a property of every element's own
const platform = new Platform(document.querySelector(".platform"));
let known = "";

async function look() {
  try {
    const answer = await fetch(`/demo/state?known=${known}`);
    page.away.hidden = answer.ok;
    const now = new Date(answer.headers.get("X-Clock"));
    if (answer.status === 200) {
      const { digest, shown } = await answer.json();
      known = digest;
      show(shown);
    }
    for (const phone of phones.values()) phone.tick(now);
  } catch {
    page.away.hidden = false;
  }
  setTimeout(look, EVERY_MS);
}

function show(shown) {
  page.desk.href = shown.desk;
  page.desk.hidden = !shown.desk;
  for (const name of new Set(shown.accounts.flatMap((account) => account.citizens.map((citizen) => citizen.name)))) {
    if (!phones.has(name)) addPhone(name);
    phones.get(name).show(shown.accounts);
  }
  platform.show(shown);
}

function addPhone(name) {
  const phone = new Phone(name);
  phones.set(name, phone);
  page.phones.append(phone.root);
  page.tabs.replaceChildren(
    ...[...phones.keys()].map((who) => tab(who, phones.get(who).root)),
    tab("平台", document.querySelector(".platform")),
  );
  if (phones.size === 1) turnTo(phone.root);
}

// On a narrow screen one part is seen at a time.
function tab(label, part) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  seenBy.set(button, part);
  button.addEventListener("click", () => turnTo(part));
  button.setAttribute("aria-pressed", String(part.classList.contains("seen")));
  return button;
}

function turnTo(part) {
  for (const each of document.querySelectorAll(".phone, .platform")) each.classList.toggle("seen", each === part);
  for (const button of page.tabs.children) button.setAttribute("aria-pressed", String(seenBy.get(button) === part));
  part.querySelector(".chat")?.scrollTo(0, 1e9);
}

look();
