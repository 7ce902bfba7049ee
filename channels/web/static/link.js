// The WebSocket: hello, resume, exponential back-off. It knows frames, not the page.

const FIRST_MS = 500;
const LONGEST_MS = 30000;

export class Link {
  #socket = null;
  #timer = 0;
  #tries = 0;
  #wanted = false;

  // heard: an object with state(name), welcome(frame), accepted(frame), message(frame), typing(), error(frame)
  // hello: () => the hello frame of this moment
  constructor(heard, hello) {
    this.heard = heard;
    this.hello = hello;
    this.ready = false;
    addEventListener("online", () => this.#hurry());
    addEventListener("offline", () => this.heard.state("offline"));
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
  }

  open() {
    this.#wanted = true;
    this.#connect();
  }

  close() {
    this.#wanted = false;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
  }

  // Say hello anew, for example in another language.
  reopen() {
    this.#socket?.close(1000);
  }

  send(frame) {
    if (!this.ready) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #hurry() {
    if (!this.#wanted || this.#socket) return;
    clearTimeout(this.#timer);
    this.#tries = 0;
    this.#connect();
  }

  #connect() {
    this.heard.state(navigator.onLine === false ? "offline" : this.#tries ? "lost" : "connecting");
    const address = new URL("/web/ws", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.onopen = () => socket.send(JSON.stringify(this.hello()));
    socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
    socket.onclose = () => this.#closed();
  }

  #hear(frame) {
    if (frame.type === "welcome") {
      this.ready = true;
      this.#tries = 0;
      this.heard.state("open");
    }
    this.heard[frame.type]?.(frame);
  }

  #closed() {
    this.#socket = null;
    this.ready = false;
    if (!this.#wanted) return this.heard.state("ended");
    const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries) * (0.5 + Math.random());
    this.#tries += 1;
    this.heard.state(navigator.onLine === false ? "offline" : "lost");
    this.#timer = setTimeout(() => this.#connect(), this.#tries === 1 ? 0 : wait);
  }
}
