// Elements are built here and nowhere else; text of citizens and staff only ever becomes a text node.

const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "required", "selected"]);

/** h("a", {href, class, onclick}, …children): attributes, listeners (on…), properties; null children are left out. */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (PROPERTIES.has(name)) node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...kept(children));
  return node;
}

function kept(children) {
  return children.flat(3).filter((child) => child !== null && child !== undefined && child !== false);
}

/** A place that is drawn again only when its data changed, so that polling never disturbs a reader. */
export function slot(node, draw) {
  let last;
  return (data) => {
    const now = JSON.stringify(data);
    if (now === last) return false;
    last = now;
    node.replaceChildren(...kept([draw(data)]));
    return true;
  };
}

/** A labelled control; the label is always visible. */
export function labelled(text, control, hint = null) {
  return h("label", { class: "field" }, h("span", { class: "label" }, text), control, hint && h("small", {}, hint));
}

export function options(pairs, chosen) {
  return pairs.map(([value, label]) => h("option", { value, selected: value === chosen }, label));
}

let clearing;

/** One line for everybody, read aloud by screen readers. */
export function notice(text, kind = "info") {
  const node = document.getElementById("notice");
  node.className = kind;
  node.textContent = text;
  clearTimeout(clearing);
  clearing = setTimeout(() => { node.textContent = ""; node.className = ""; }, 7000);
}
