// What both halves of the page send to the simulator, and how they build elements.

export async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
}

// An element of that class with text or children; user text only ever becomes a text node.
export function make(tag, cls = "", ...children) {
  const element = document.createElement(tag);
  if (cls) element.className = cls;
  element.append(...children);
  return element;
}

export function button(label, act, cls = "") {
  const made = make("button", cls, label);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

// A label in Chinese with its English beside it, small.
export function both(zh, en) {
  const hint = make("small", "", en);
  hint.lang = "en";
  return [zh, hint];
}

// A square of the sheet.
export function tile(zh, en, act) {
  const made = button("", act, "tile");
  made.append(...both(zh, en));
  return made;
}

// The latest lines of the journal; whoever reads further up is not moved. kind(line): its class.
export function drawLines(list, lines, kind) {
  const end = !list.children.length || list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.replaceChildren(...lines.map((line) => make("li", kind(line), line)));
  if (end) list.scrollTo(0, list.scrollHeight);
}
