// The chat page: puts memory, link, files, forms and view together.

import { Composer } from "./composer.js";
import { explained, forgetPictures, picture, take } from "./files.js";
import { Forms } from "./forms.js";
import { Link } from "./link.js";
import { Memory } from "./memory.js";
import { View, make } from "./view.js";
import { WORDS, firstLanguage } from "./words.js";

const TYPING_MS = 30000; // a notice whose answer never came goes away
const $ = (id) => document.getElementById(id);

const memory = new Memory();
let language = firstLanguage(memory.state.language);
let words = WORDS[language];
let state = "connecting";
let typingTimer = 0;
let retryTimer = 0;

const view = new View($("log"), $("talk"), {
  choose: (value, label, to) => {
    say({ choice: value, to }, { text: label });
    focusAfterChoice();
  },
  retry: (entry) => {
    Object.assign(entry, { status: "waiting", why: undefined });
    memory.save();
    view.update(entry);
    deliver();
  },
  picture: (id) => picture(id, memory.state.session),
});

const link = new Link(
  {
    state: (name) => showState(name),
    welcome: (frame) => {
      memory.state.session = frame.session;
      memory.save();
      deliver();
    },
    accepted: (frame) => {
      mark(frame.id, "sent");
      forms.accepted(frame.id);
    },
    message: (frame) => hear(frame),
    typing: () => showTyping(true),
    error: (frame) => fault(frame),
  },
  () => ({ type: "hello", session: memory.state.session, after: memory.state.after, language }),
);

const composer = new Composer({
  send: (text) => say({ text }, { text }),
  paste: (file) => sendFile(file),
  words: () => words,
});

const forms = new Forms({
  memory,
  words: () => words,
  language: () => language,
  isOpen: () => link.ready,
  say: (content, shown) => say(content, shown),
  notice: (text) => showNotice(text),
  back: () => {
    view.follow(true);
    focusAfterChoice();
  },
});

// --- saying and hearing ------------------------------------------------------------------------------------

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID(); // only on https and loopback
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(content, shown) {
  const entry = { from: "me", id: newId(), at: new Date().toISOString(), status: "waiting", content, ...shown };
  memory.state.log.push(entry);
  memory.save();
  showNotice("");
  showEmpty();
  view.add(entry);
  view.follow(true);
  if (link.ready) link.send({ type: "message", id: entry.id, ...content });
  return entry.id;
}

// What was not acknowledged is said again under the same id: the gateway counts it once.
function deliver() {
  clearTimeout(retryTimer);
  for (const entry of memory.waiting()) link.send({ type: "message", id: entry.id, ...entry.content });
}

function mark(id, status, why) {
  const entry = memory.entry(id);
  if (!entry || entry.status === "sent") return;
  Object.assign(entry, { status, why });
  memory.save();
  view.update(entry);
}

function hear(frame) {
  memory.state.after = frame.id;
  showTyping(false);
  if (memory.has(frame.id)) return memory.save();
  memory.state.log.push(frame);
  memory.save();
  showEmpty();
  const wasAtEnd = view.atEnd;
  const item = view.add(frame);
  $("newer").hidden = wasAtEnd;
  if (wasAtEnd) view.reveal(item);
  forms.hear(frame);
  tellFrame({ huiyin: "unread" });
}

function fault(frame) {
  if (frame.code === "unauthorised") {
    memory.forgetSession();
    return showNotice(words.renewed);
  }
  const comesAgain = frame.code === "rate_limited" || frame.code === "unavailable";
  forms.fault(frame, !comesAgain);
  if (comesAgain) {
    showNotice(frame.text);
    clearTimeout(retryTimer);
    retryTimer = setTimeout(deliver, 1000 * (frame.retry_after ?? 3) + 250);
    return undefined;
  }
  if (frame.id) return mark(frame.id, "failed", frame.text);
  return showNotice(frame.text);
}

// --- what is shown -----------------------------------------------------------------------------------------

function showState(name) {
  state = name;
  $("state").dataset.state = name;
  $("state-text").textContent = words[name];
  if (name === "lost" || name === "offline") forms.lost();
}

function showTyping(yes) {
  clearTimeout(typingTimer);
  const wasAtEnd = view.atEnd;
  $("typing").hidden = !yes;
  $("typing-text").textContent = yes ? words.typing : "";
  if (yes) typingTimer = setTimeout(() => showTyping(false), TYPING_MS);
  view.follow(wasAtEnd);
}

function showNotice(text) {
  $("notice").hidden = !text;
  $("notice").textContent = text;
}

function showEmpty() {
  $("empty").hidden = memory.state.log.length > 0;
}

function speak(name) {
  language = name;
  words = WORDS[name];
  memory.state.language = name;
  memory.save();
  document.documentElement.lang = words.lang;
  document.title = words.page;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = words[element.dataset.word];
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", words[element.dataset.label]);
  for (const element of document.querySelectorAll("[data-hint]")) element.placeholder = words[element.dataset.hint];
  Object.assign($("language"), { textContent: words.other, title: words.other_title, lang: name === "zh" ? "en" : "zh-Hans" });
  $("starters").replaceChildren(...words.starter_list.map(starter));
  showState(state);
  view.speak(words, words.lang);
  view.redraw(memory.state.log);
  showEmpty();
  composer.fit();
  forms.speak();
}

function starter(text) {
  const item = make("li");
  const button = make("button", "starter", text);
  button.type = "button";
  button.onclick = () => composer.suggest(text);
  item.append(button);
  return item;
}

function focusAfterChoice() {
  const hasKeyboard = matchMedia("(hover: hover)").matches; // on a phone the keyboard would cover the answer
  $(hasKeyboard ? "text" : "talk").focus({ preventScroll: true });
}

// --- files -------------------------------------------------------------------------------------------------

async function sendFile(file) {
  showNotice("");
  $("sending").hidden = false;
  $("sending-name").textContent = file.type.startsWith("image/") ? words.photo : words.file;
  $("sending-bar").value = 0;
  $("attach").disabled = true;
  try {
    const stored = await take(
      file, memory.state.session, language,
      (share) => ($("sending-bar").value = share), (stop) => ($("sending-stop").onclick = stop),
    );
    say({ upload: stored.upload }, { file: { upload: stored.upload, type: stored.media_type } });
  } catch (failure) {
    showNotice(explained(failure, words));
  } finally {
    $("sending").hidden = true;
    $("attach").disabled = false;
  }
}

// --- the page's own controls -------------------------------------------------------------------------------

function end() {
  $("ending").close();
  link.send({ type: "end" });
  link.close();
  memory.clear();
  forgetPictures();
  forms.forget();
  view.redraw([]);
  showTyping(false);
  showNotice("");
  $("empty").hidden = true;
  $("composer").hidden = true;
  $("over").hidden = false;
  $("again").focus();
}

function beginAgain() {
  $("over").hidden = true;
  $("composer").hidden = false;
  showEmpty();
  link.open();
  $("text").focus();
}

function tellFrame(message) {
  if (parent !== window) parent.postMessage(message, "*"); // no content, only that something came
}

$("attach").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", () => {
  const [file] = $("file").files;
  $("file").value = "";
  if (file) sendFile(file);
});
$("language").addEventListener("click", () => {
  speak(language === "zh" ? "en" : "zh");
  link.reopen();
});
$("newer").addEventListener("click", () => {
  view.follow(true);
  $("newer").hidden = true;
});
$("talk").addEventListener("scroll", () => view.atEnd && ($("newer").hidden = true), { passive: true });
$("menu-open").addEventListener("click", () => {
  $("keep").checked = memory.kept;
  $("menu").showModal();
});
$("menu-close").addEventListener("click", () => $("menu").close());
$("keep").addEventListener("change", () => memory.keep($("keep").checked));
$("end").addEventListener("click", () => {
  $("menu").close();
  $("ending").showModal();
});
$("end-no").addEventListener("click", () => $("ending").close());
$("end-yes").addEventListener("click", end);
$("again").addEventListener("click", beginAgain);

if (parent !== window) {
  document.body.classList.add("framed");
  $("fold").hidden = false;
  $("fold").addEventListener("click", () => tellFrame({ huiyin: "fold" }));
}

speak(language);
view.follow(true);
link.open();
