// Puts the chat on another page: one script element whose src is this file on the hotline's origin, with async.
// The chat itself lives in a frame of the hotline's own origin, so this page never holds its session.
(() => {
  "use strict";
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const chinese = (script.dataset.lang ?? document.documentElement.lang ?? "zh").toLowerCase().startsWith("zh");
  const words = chinese
    ? { open: "12345 在线诉求", close: "收起 12345 在线诉求", frame: "12345 便民热线 在线诉求" }
    : { open: "Chat with 12345", close: "Fold the 12345 chat", frame: "12345 citizen hotline chat" };

  const style = (element, rules) => Object.assign(element.style, rules);
  const button = document.createElement("button");
  const panel = document.createElement("div");
  let frame = null;
  let unread = 0;

  style(button, {
    position: "fixed", right: "20px", bottom: "20px", zIndex: "2147483000", minHeight: "52px", padding: "0 22px",
    border: "2px solid #fff", borderRadius: "26px", background: "#0b4a7f", color: "#fff", cursor: "pointer",
    font: "600 16px/1.2 system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif",
    boxShadow: "0 4px 18px rgba(9, 35, 60, .35)",
  });
  style(panel, {
    position: "fixed", zIndex: "2147483001", display: "none", overflow: "hidden", background: "#fff",
    boxShadow: "0 8px 40px rgba(9, 35, 60, .35)",
  });
  button.type = "button";
  button.setAttribute("aria-expanded", "false");

  function label() {
    button.textContent = unread ? `${words.open} (${unread})` : words.open;
  }

  function place() {
    const small = innerWidth < 520;
    style(panel, small
      ? { inset: "0", width: "auto", height: "auto", borderRadius: "0" }
      : { inset: "auto 20px 20px auto", width: "400px", height: `${Math.min(680, innerHeight - 40)}px`, borderRadius: "14px" });
  }

  function load() {
    frame = document.createElement("iframe");
    frame.src = `${origin}/?lang=${chinese ? "zh" : "en"}`;
    frame.title = words.frame;
    frame.allow = "clipboard-write; camera";
    style(frame, { width: "100%", height: "100%", border: "0", display: "block" });
    panel.append(frame);
  }

  function show(open) {
    if (open && !frame) load();
    unread = 0;
    label();
    place();
    panel.style.display = open ? "block" : "none";
    button.style.display = open ? "none" : "block";
    button.setAttribute("aria-expanded", String(open));
    if (open) frame.focus();
    else button.focus();
  }

  button.addEventListener("click", () => show(true));
  addEventListener("resize", place);
  addEventListener("message", (event) => {
    if (event.origin !== origin || event.source !== frame?.contentWindow) return;
    if (event.data?.huiyin === "fold") show(false);
    if (event.data?.huiyin === "unread" && panel.style.display === "none") {
      unread += 1;
      label();
    }
  });
  label();
  const attach = () => document.body.append(button, panel);
  if (document.body) attach();
  else addEventListener("DOMContentLoaded", attach);
})();
