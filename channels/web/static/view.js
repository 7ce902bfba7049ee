// Draws the conversation. Whatever anybody wrote is set as text, never as markup.

const LINK = /https?:\/\/[^\s<>"'，。；、）)】」]+/g;

export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

export class View {
  // handlers: choose(value, label, to), retry(entry), picture(id) → Promise<url|null>
  constructor(log, talk, handlers) {
    this.log = log;
    this.talk = talk;
    this.handlers = handlers;
    this.words = {};
    this.language = "zh";
    this.lastDay = "";
  }

  speak(words, language) {
    this.words = words;
    this.language = language;
  }

  // All of it anew: after a reload or in another language. Nothing is read aloud again.
  redraw(entries) {
    this.log.setAttribute("aria-live", "off");
    this.log.replaceChildren();
    this.lastDay = "";
    entries.forEach((entry) => this.add(entry));
    requestAnimationFrame(() => this.log.setAttribute("aria-live", "polite"));
  }

  add(entry) {
    this.#retireChoices();
    this.#day(entry.at);
    const item = make("div", `entry ${entry.from === "me" ? "mine" : `theirs ${entry.from}`}`);
    item.dataset.id = entry.id;
    item.append(make("span", "who", this.words[entry.from]));
    item.append(this.#bubble(entry));
    if (entry.work_order) item.append(this.#number(entry.work_order));
    item.append(this.#foot(entry));
    if (entry.choices?.length) item.append(this.#choices(entry));
    this.log.append(item);
    return item;
  }

  // A message of ours changed its state: accepted, refused, sent again.
  update(entry) {
    const item = this.log.querySelector(`[data-id="${CSS.escape(entry.id)}"]`);
    item?.querySelector(".under")?.replaceWith(this.#foot(entry));
  }

  #bubble(entry) {
    const bubble = make("div", "bubble");
    bubble.lang = entry.language && entry.language !== "zh" ? entry.language : "";
    if (entry.file) bubble.append(this.#file(entry.file));
    else bubble.append(...this.#paragraphs(entry));
    if (!bubble.lang) bubble.removeAttribute("lang");
    if (entry.original) bubble.append(this.#original(entry.original));
    return bubble;
  }

  // What is asked stands last in a message: there it catches the eye.
  #paragraphs(entry) {
    const texts = entry.from === "me" ? [entry.text] : entry.text.split(/\n{2,}/);
    return texts.map((text, n) => {
      const isQuestion = entry.ask && texts.length > 1 && n === texts.length - 1;
      const paragraph = make("p", isQuestion ? "question" : "");
      paragraph.append(...(entry.from === "department" ? linked(text) : [text]));
      return paragraph;
    });
  }

  #original(text) {
    const fold = make("details", "original");
    fold.append(make("summary", "", this.words.original), make("p", "", text));
    return fold;
  }

  #file(file) {
    const isPicture = file.type.startsWith("image/");
    const label = make("span", "file", isPicture ? this.words.photo : this.words.file);
    if (isPicture) {
      this.handlers.picture(file.upload).then((url) => {
        if (!url) return;
        const image = make("img", "photo");
        image.alt = this.words.photo;
        image.onload = () => this.follow(true);
        image.src = url;
        label.replaceWith(image);
      }).catch(() => {});
    }
    return label;
  }

  #number(number) {
    const chip = make("button", "chip");
    chip.type = "button";
    const state = make("span", "chip-act", this.words.copy);
    state.setAttribute("aria-live", "polite");
    chip.append(make("span", "chip-name", this.words.work_order), make("span", "chip-number", number), state);
    chip.onclick = async () => {
      if (!(await copied(number, chip.querySelector(".chip-number")))) return;
      state.textContent = this.words.copied;
      setTimeout(() => (state.textContent = this.words.copy), 2500);
    };
    return chip;
  }

  #foot(entry) {
    const foot = make("p", `under ${entry.status ?? ""}`);
    const time = make("time", "", new Intl.DateTimeFormat(this.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(entry.at)));
    time.dateTime = entry.at;
    foot.append(time);
    if (entry.from === "me") foot.append(make("span", "status", entry.why ?? this.words[entry.status]));
    if (entry.status === "failed" && entry.again !== false) {
      const retry = make("button", "plain", this.words.retry);
      retry.type = "button";
      retry.onclick = () => this.handlers.retry(entry);
      foot.append(retry);
    }
    return foot;
  }

  #choices(entry) {
    const group = make("div", "choices");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", this.words.choices);
    for (const { value, label } of entry.choices) {
      const button = make("button", "reply", label);
      button.type = "button";
      button.onclick = () => this.handlers.choose(value, label, entry.id);
      group.append(button);
    }
    return group;
  }

  // Only the newest question can be answered by a tap.
  #retireChoices() {
    this.log.querySelectorAll(".choices").forEach((group) => group.remove());
  }

  #day(at) {
    const day = new Intl.DateTimeFormat(this.language, { month: "long", day: "numeric", weekday: "short" }).format(new Date(at));
    if (day === this.lastDay) return;
    if (this.lastDay || !isToday(at)) this.log.append(make("p", "day", day));
    this.lastDay = day;
  }

  get atEnd() {
    return this.talk.scrollHeight - this.talk.scrollTop - this.talk.clientHeight < 120;
  }

  follow(wasAtEnd) {
    if (wasAtEnd) this.talk.scrollTop = this.talk.scrollHeight;
    return wasAtEnd;
  }

  // A message longer than the window is read from its beginning.
  reveal(item) {
    this.follow(true);
    if (item.offsetHeight > this.talk.clientHeight) item.scrollIntoView({ block: "start" });
  }
}

function isToday(at) {
  return new Date(at).toDateString() === new Date().toDateString();
}

// A department may name an address on the web; only http and https become links.
function linked(text) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(from, found.index));
    const link = make("a", "", found[0]);
    link.href = found[0];
    link.rel = "noopener noreferrer nofollow";
    link.target = "_blank";
    parts.push(link);
    from = found.index + found[0].length;
  }
  return [...parts, text.slice(from)];
}

// The clipboard is closed to pages without https and to some frames: then the number is selected instead.
async function copied(text, element) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(element);
    return false;
  }
}
