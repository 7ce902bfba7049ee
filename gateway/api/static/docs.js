// Shows openapi.json: one folding section per operation. Everything is set as text, never as markup.

const METHODS = ["get", "post", "put", "patch", "delete"];

function make(tag, text = "", className = "") {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (className) element.className = className;
  return element;
}

function json(value) {
  const block = make("pre", JSON.stringify(value, null, 2));
  block.tabIndex = 0; // a long line scrolls; the keyboard must reach it
  return block;
}

// A schema with its references replaced, as deep as a reader wants to look.
function resolved(document_, schema, depth = 0) {
  if (Array.isArray(schema)) return schema.map((item) => resolved(document_, item, depth));
  if (schema === null || typeof schema !== "object") return schema;
  if (schema.$ref) {
    if (depth > 3) return { see: schema.$ref };
    const target = schema.$ref.slice(2).split("/").reduce((at, key) => at[key], document_);
    return resolved(document_, target, depth + 1);
  }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, resolved(document_, value, depth)]));
}

function content(document_, title, media) {
  const parts = [];
  for (const [type, body] of Object.entries(media ?? {})) {
    parts.push(make("h3", `${title} · ${type}`));
    parts.push(json(body.example ?? resolved(document_, body.schema)));
  }
  return parts;
}

function operation(document_, method, path, described) {
  const fold = make("details");
  const head = make("summary");
  head.append(make("span", method.toUpperCase(), "method"), make("code", path), make("span", described.summary));
  const inside = make("div", "", "inside");
  if (described.description) inside.append(make("p", described.description));
  for (const parameter of described.parameters ?? []) {
    const must = parameter.required ? ", required" : "";
    inside.append(make("h3", `${parameter.name} (${parameter.in}${must})`), json(resolved(document_, parameter.schema)));
  }
  inside.append(...content(document_, "Request", described.requestBody?.content));
  for (const [status, answer] of Object.entries(described.responses)) {
    const whole = resolved(document_, answer);
    inside.append(make("h3", `${status}: ${whole.description}`), ...content(document_, "Answer", whole.content));
  }
  fold.append(head, inside);
  return fold;
}

async function show() {
  const answer = await fetch("/openapi.json");
  const document_ = await answer.json();
  document.getElementById("title").textContent = `${document_.info.title} · HTTP API ${document_.info.version}`;
  document.getElementById("about").textContent = document_.info.description;
  const main = document.getElementById("operations");
  main.replaceChildren();
  for (const tag of document_.tags) {
    main.append(make("h2", tag.description));
    for (const [path, item] of Object.entries(document_.paths)) {
      for (const method of METHODS.filter((name) => item[name]?.tags.includes(tag.name))) {
        main.append(operation(document_, method, path, item[method]));
      }
    }
  }
}

show().catch(() => {
  document.getElementById("operations").textContent = "The description could not be loaded.";
});
