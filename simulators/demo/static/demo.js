// What every demo page does: it asks for the state and keeps a phone for each citizen and the panel beside them up to
// date. On a narrow screen one part is seen at a time.
const EVERY_MS = 700;

const page = {
  phones: document.querySelector(".phones"),
  tabs: document.querySelector(".tabs"),
  desk: document.querySelector(".desk"),
  away: document.querySelector(".away"),
};
const phones = new Map();
const seenBy = new WeakMap();   // tab → what it turns to; `part` is a property of every element's own
let known = "";

// names(shown): the citizens; phoneOf(name): the phone of one, with root, show(shown) and tick(now); panel likewise.
export async function play({ names, phoneOf, panel }) {
  try {
    const answer = await fetch(`/demo/state?known=${known}`);
    page.away.hidden = answer.ok;
    const now = new Date(answer.headers.get("X-Clock"));
    if (answer.status === 200) {
      const { digest, shown } = await answer.json();
      known = digest;
      page.desk.href = shown.desk;
      page.desk.hidden = !shown.desk;
      for (const name of names(shown)) if (!phones.has(name)) addPhone(name, phoneOf(name), panel);
      for (const phone of phones.values()) phone.show(shown);
      panel.show(shown);
    }
    for (const phone of phones.values()) phone.tick(now);
  } catch {
    page.away.hidden = false;
  }
  setTimeout(() => play({ names, phoneOf, panel }), EVERY_MS);
}

function addPhone(name, phone, panel) {
  phones.set(name, phone);
  page.phones.append(phone.root);
  page.tabs.replaceChildren(
    ...[...phones].map(([who, { root }]) => tab(who, root)),
    tab(panel.root.querySelector("h2").firstChild.textContent.trim(), panel.root),
  );
  if (phones.size === 1) turnTo(phone.root);
}

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
  for (const list of part.querySelectorAll(".chat, .lines ol")) list.scrollTo(0, 1e9);   // unseen, it could not follow
}
