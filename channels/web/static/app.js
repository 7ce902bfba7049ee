// The chat page: puts memory, link, files and view together.

import { MAX_BYTES, forgetPictures, isPossible, picture, remember, shrink, upload } from "./files.js";
import { Link } from "./link.js";
import { Memory } from "./memory.js";
import { View, make } from "./view.js";
import { WORDS, fill, firstLanguage } from "./words.js";

const MAX_TEXT = 2000;
const COUNT_FROM = 1800;
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
    accepted: (frame) => mark(frame.id, "sent"),
    message: (frame) => hear(frame),
    typing: () => showTyping(true),
    error: (frame) => fault(frame),
  },
  () => ({ type: "hello", session: memory.state.session, after: memory.state.after, language }),
);

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
  tellFrame({ huiyin: "unread" });
}

function fault(frame) {
  if (frame.code === "unauthorised") {
    memory.forgetSession();
    return showNotice(words.renewed);
  }
  if (frame.code === "rate_limited" || frame.code === "unavailable") {
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

function showCount() {
  const left = MAX_TEXT - $("text").value.length;
  const text = left < 0 ? fill(words.too_long, { n: -left }) : fill(words.count, { n: left });
  $("count").textContent = left < MAX_TEXT - COUNT_FROM ? text : "";
  $("count").classList.toggle("over", left < 0);
}

function fitText() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 160)}px`;
  $("send").disabled = !box.value.trim() || box.value.length > MAX_TEXT;
  showCount();
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
  fitText();
}

function starter(text) {
  const item = make("li");
  const button = make("button", "starter", text);
  button.type = "button";
  button.onclick = () => {
    $("text").value = text; // theirs to change before it is sent
    fitText();
    $("text").focus();
  };
  item.append(button);
  return item;
}

function focusAfterChoice() {
  const hasKeyboard = matchMedia("(hover: hover)").matches; // on a phone the keyboard would cover the answer
  $(hasKeyboard ? "text" : "talk").focus({ preventScroll: true });
}

// --- files -------------------------------------------------------------------------------------------------

async function sendFile(file) {
  if (!memory.state.session) return showNotice(words.file_wait);
  if (!isPossible(file)) return showNotice(words.file_kind);
  const ready = await shrink(file);
  if (ready.size > MAX_BYTES) return showNotice(words.file_large);
  showNotice("");
  $("sending").hidden = false;
  $("sending-name").textContent = file.type.startsWith("image/") ? words.photo : words.file;
  $("sending-bar").value = 0;
  $("attach").disabled = true;
  const { answer, stop } = upload(ready, memory.state.session, language, (share) => ($("sending-bar").value = share));
  $("sending-stop").onclick = stop;
  try {
    const stored = await answer;
    if (stored.media_type.startsWith("image/")) remember(stored.upload, ready);
    say({ upload: stored.upload }, { file: { upload: stored.upload, type: stored.media_type } });
  } catch (failure) {
    const text = { aborted: "", too_large: words.file_large, unsupported: words.file_kind }[failure.code];
    showNotice(text ?? words.file_failed);
  } finally {
    $("sending").hidden = true;
    $("attach").disabled = false;
  }
  return undefined;
}

// --- the page's own controls -------------------------------------------------------------------------------

function submit() {
  const text = $("text").value.trim();
  if (!text || text.length > MAX_TEXT) return;
  $("text").value = "";
  fitText();
  say({ text }, { text });
}

function end() {
  $("ending").close();
  link.send({ type: "end" });
  link.close();
  memory.clear();
  forgetPictures();
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

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
$("text").addEventListener("input", fitText);
$("text").addEventListener("keydown", (event) => {
  // While an input method is composing, Enter picks a word (keyCode 229 in Safari).
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  submit();
});
$("text").addEventListener("paste", (event) => {
  const [file] = event.clipboardData?.files ?? [];
  if (!file) return;
  event.preventDefault();
  sendFile(file);
});
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
