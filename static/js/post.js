// Asking the server from a script: who has been logged out, and a server that is away, are told apart from refusals.

export class Away extends Error {}
export class LoggedOut extends Error {}

const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

// The answer and what it says as JSON. Throws Away, to be tried again later, or LoggedOut.
export async function post(address, body) {
  const answer = await ask(address, body);
  // A page instead of JSON: the token is from before a new log-in. It is fetched anew, once.
  if (answer.status !== 403 || isJson(answer)) return read(answer);
  await renewToken();
  return read(await ask(address, body));
}

export async function get(address) {
  return read(await ask(address));
}

async function ask(address, body) {
  const headers = { Accept: "application/json" };
  if (body) Object.assign(headers, { "Content-Type": "application/json", "X-CSRFToken": token() });
  let answer;
  try {
    answer = await fetch(address, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Away("Nobody answers.");
  }
  if (isDoor(answer)) throw new LoggedOut("The session has ended.");
  if (answer.status >= 500 || answer.status === 429) throw new Away(String(answer.status));
  return answer;
}

async function read(answer) {
  if (!isJson(answer)) throw new Away(`No JSON, but ${answer.status}.`);
  return { ok: answer.ok, status: answer.status, told: await answer.json() };
}

async function renewToken() {
  const answer = await fetch(location.href);
  if (isDoor(answer)) throw new LoggedOut("The session has ended.");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const headers = page.body.getAttribute("hx-headers");
  if (headers) document.body.setAttribute("hx-headers", headers);
}

const isJson = (answer) => (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
const isDoor = (answer) => answer.redirected && new URL(answer.url).pathname.endsWith("/login/");

// The way to log in beside this page, which keeps all that waits in it.
export function logInLink() {
  const link = document.createElement("a");
  Object.assign(link, { href: "/login/", target: "_blank", textContent: gettext("Log in in a new window") });
  return link;
}
