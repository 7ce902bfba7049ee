// What this device remembers: the session, the last message seen, the conversation as shown.
// It dies with the tab unless the citizen asks to keep it. A browser that forbids storage still gets a chat.

const NAME = "huiyin";
const KEPT_MS = 7 * 24 * 3600 * 1000; // the server forgets an idle session then, too
const MOST = 300;

// cards: what is typed into form cards and not sent, by template; place: the card or list that is shown instead of the
// chat; pending: the form that was sent and is not answered
const fresh = () => ({
  session: null, after: null, language: null, log: [], cards: {}, place: null, pending: null, at: Date.now(),
});

function read(storage) {
  try {
    const state = JSON.parse(storage().getItem(NAME));
    return state && Date.now() - state.at < KEPT_MS ? { ...fresh(), ...state } : null;
  } catch {
    return null;
  }
}

const kept = () => localStorage;
const passing = () => sessionStorage;

export class Memory {
  constructor() {
    const lasting = read(kept);
    this.kept = lasting !== null;
    this.state = lasting ?? read(passing) ?? fresh();
  }

  save() {
    this.state.at = Date.now();
    this.state.log = this.state.log.slice(-MOST);
    this.#write(this.kept ? kept : passing, JSON.stringify(this.state));
  }

  keep(yes) {
    this.kept = yes;
    this.#write(yes ? passing : kept, null);
    this.save();
  }

  clear() {
    const language = this.state.language;
    this.#write(kept, null);
    this.#write(passing, null);
    this.kept = false;
    this.state = { ...fresh(), language };
  }

  // A new session: the server knows nothing of the old one, but what was said stays on the screen.
  forgetSession() {
    this.state.session = null;
    this.state.after = null;
    this.save();
  }

  has(id) {
    return this.state.log.some((entry) => entry.id === id);
  }

  entry(id) {
    return this.state.log.find((entry) => entry.id === id);
  }

  waiting() {
    return this.state.log.filter((entry) => entry.from === "me" && entry.status === "waiting");
  }

  #write(storage, text) {
    try {
      if (text === null) storage().removeItem(NAME);
      else storage().setItem(NAME, text);
    } catch {
      // storage is full or forbidden: the chat goes on without it
    }
  }
}
