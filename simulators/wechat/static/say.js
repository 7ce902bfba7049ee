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
