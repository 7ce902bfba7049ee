// The list of matters a form can be filled for: by subject, with a search.

import { make } from "./view.js";
import { fill } from "./words.js";

const $ = (id) => document.getElementById(id);

// Subjects in this order; a template belongs to the first that shares a tag with it, else to the last.
const SUBJECTS = [
  ["shopping", ["consumer", "food", "express", "online_shopping"]],
  ["home", ["property", "elevator", "utilities", "noise", "pollution"]],
  ["street", ["shared_bike", "transport", "traffic", "public_facility"]],
  ["work", ["labour", "social_security", "housing_fund"]],
  ["people", ["medical", "education", "women"]],
  ["others", []],
];

export class Matters {
  // pick: (template head) → nothing
  constructor(pick) {
    this.pick = pick;
    $("matters-search").addEventListener("input", () => this.#filter());
  }

  show(templates, words) {
    this.words = words;
    $("matters-search").value = "";
    $("matters-list").replaceChildren(...SUBJECTS.map(([name]) => this.#subject(name, templates)).filter(Boolean));
    this.#filter();
  }

  #subject(name, templates) {
    const mine = templates.filter((one) => subjectOf(one) === name);
    if (!mine.length) return null;
    const section = make("section", "subject");
    const title = make("h3", "", this.words.subjects[name]);
    const list = make("ul");
    title.id = `subject-${name}`;
    list.setAttribute("aria-labelledby", title.id);
    list.append(...mine.map((one) => this.#matter(one)));
    section.append(title, list);
    return section;
  }

  #matter(template) {
    const item = make("li");
    const button = make("button", "matter");
    button.type = "button";
    button.append(make("b", "", template.title), make("span", "", template.description));
    button.onclick = () => this.pick(template);
    item.dataset.text = [template.title, template.description, ...template.tags].join(" ").toLowerCase();
    item.append(button);
    return item;
  }

  // Every word that is looked for has to be there.
  #filter() {
    const wanted = $("matters-search").value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const item of $("matters-list").querySelectorAll("li")) {
      item.hidden = !wanted.every((word) => item.dataset.text.includes(word));
      found += !item.hidden;
    }
    for (const section of $("matters-list").children) section.hidden = !section.querySelector("li:not([hidden])");
    $("matters-found").textContent = found ? fill(this.words.matters_found, { n: found }) : this.words.matters_none;
  }
}

function subjectOf(template) {
  const found = SUBJECTS.find(([, tags]) => tags.some((tag) => template.tags.includes(tag)));
  return (found ?? SUBJECTS.at(-1))[0];
}
