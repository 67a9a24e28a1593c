// One photo, one request. Resolves with the server's verdict; rejects with a Lost when the wire or the server gave up.

export class Lost extends Error {
  constructor(words, seconds = null) {
    super(words);
    this.seconds = seconds;
  }
}

// Passing troubles: worth another try without asking anybody.
const PASSING = new Set([0, 408, 425, 429, 500, 502, 503, 504]);
const DAMAGED_ON_THE_WAY = new Set(["checksum_mismatch", "no_file"]);

export function send({ file, address, fields, token, signal, onProgress }) {
  const body = new FormData();
  // The file comes last: if the wire breaks, the server still knows what should have come.
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", file, file.name);
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token);
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded, event.total));
    request.addEventListener("load", () => settle(request, resolve, reject));
    request.addEventListener("error", () => reject(new Lost(gettext("The connection was lost."))));
    request.addEventListener("timeout", () => reject(new Lost(gettext("The connection was lost."))));
    request.addEventListener("abort", () => reject(new DOMException("Stopped", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

function settle(request, resolve, reject) {
  const answer = readJson(request);
  const { status } = request;
  if ((status === 201 || status === 200) && answer?.id) return resolve({ accepted: true, ...answer });
  if (DAMAGED_ON_THE_WAY.has(answer?.code)) return reject(new Lost(answer.detail));
  if (PASSING.has(status)) return reject(new Lost(answer?.detail ?? gettext("The server is busy."), retryAfter(request)));
  if (answer?.detail) return resolve({ accepted: false, ...answer });
  // A page where JSON was asked for: the log-in page, or a form that has grown too old.
  const words = gettext("You have been logged out. Load the page again, log in and drop the photo once more.");
  return resolve({ accepted: false, code: "not_authenticated", detail: words });
}

function readJson(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
}

function retryAfter(request) {
  const seconds = Number(request.getResponseHeader("Retry-After"));
  return seconds > 0 ? Math.min(seconds, 120) : null;
}
