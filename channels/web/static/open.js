// The page that a text message links to: the button uses the link up, and the chat goes on with the session it gives.

import { Memory } from "./memory.js";
import { firstLanguage } from "./words.js";

const WORDS = {
  zh: {
    lang: "zh-Hans", title: "接着在网页上办", text: "在这里可以发照片和文件，短信里填过的都在。", open: "打开",
    used: "这个链接已经用过，或者已经过期。回到短信里回复“照片”，会再发一个。", lost: "没有连上，请再试一次。",
  },
  en: {
    lang: "en", title: "Go on in the web page", text: "Here you can send photos and files; your answers by SMS are kept.",
    open: "Open", used: "This link was used or has expired. Reply “photo” by SMS for another one.",
    lost: "No connection. Please try again.",
  },
};
const $ = (id) => document.getElementById(id);

const memory = new Memory();
const language = firstLanguage(memory.state.language);
const words = WORDS[language];
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname); // so that it is not left in the browser's history

document.documentElement.lang = words.lang;
for (const id of ["title", "text", "open"]) $(id).textContent = words[id];

async function open() {
  $("open").disabled = true;
  const headers = { "Content-Type": "application/json", "Accept-Language": language };
  if (memory.state.session) headers.Authorization = `Bearer ${memory.state.session}`;
  const answer = await fetch("/api/login/link", { method: "POST", headers, body: JSON.stringify({ token }) });
  if (!answer.ok) return tell(answer.status === 422 ? words.used : words.lost, answer.status !== 422);
  const { session } = await answer.json();
  if (session !== memory.state.session) memory.clear();
  memory.state.session = session;
  memory.state.language = language;
  memory.save();
  return location.replace("/");
}

function tell(text, again) {
  $("told").textContent = text;
  $("open").disabled = !again;
}

$("open").onclick = () => open().catch(() => tell(words.lost, true));
