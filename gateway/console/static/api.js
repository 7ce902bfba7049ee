// The staff API. Errors arrive as problem+json and leave as Problem with the server's `code`.

export class Problem extends Error {
  constructor(status, code, retryAfter, detail) {
    super(code);
    Object.assign(this, { status, code, retryAfter, detail });
  }
}

let token = "";

async function call(method, path, body) {
  const headers = { "Accept-Language": document.documentElement.lang };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-Huiyin-Token"] = token;
  let response;
  try {
    response = await fetch(`/desk/api/${path}`, { method, headers, body: JSON.stringify(body) });
  } catch {
    throw new Problem(0, "offline");
  }
  if (response.status === 204) return null;
  const document_ = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(response.status, document_.code ?? "unknown", response.headers.get("Retry-After"), document_.detail);
  return document_;
}

export const get = (path) => call("GET", path);
export const post = (path, body) => call("POST", path, body);

export async function signIn(name, password) {
  return remember(await call("POST", "session", { name, password }));
}

export async function resume() {
  return remember(await call("GET", "session"));
}

export async function signOut() {
  await call("DELETE", "session");
  token = "";
}

function remember(session) {
  token = session.token;
  return session;
}

/** Calls `take` with a fresh answer every `seconds` until stopped; waits while the tab is hidden. */
export function poll(path, seconds, take, failed) {
  let timer;
  let stopped = false;
  let asked = 0; // an answer that was overtaken by a later question is dropped
  async function look() {
    const mine = ++asked;
    clearTimeout(timer);
    if (!document.hidden) {
      try {
        const fresh = await get(path());
        if (!stopped && mine === asked) take(fresh);
      } catch (problem) {
        if (!stopped && mine === asked) failed(problem);
      }
    }
    if (!stopped && mine === asked) timer = setTimeout(look, seconds * 1000);
  }
  const wake = () => { if (!document.hidden) look(); };
  document.addEventListener("visibilitychange", wake);
  look();
  return {
    now: look,
    stop() { stopped = true; clearTimeout(timer); document.removeEventListener("visibilitychange", wake); },
  };
}
