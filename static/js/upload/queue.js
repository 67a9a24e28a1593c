// The files on their way: three at a time, with patience for bad connections. Knows nothing of the page.

import { checksum } from "./checksum.js";
import { Lost, send } from "./send.js";

const AT_ONCE = 3;
const PATIENCE = [1, 3, 5, 10, 30];
export const UNREADABLE = gettext("The file cannot be read. Choose it again.");
const FINAL = new Set(["received", "known", "refused", "lost", "stopped"]);

// A file's phases: waiting → reading → uploading → checking → received | known | refused | lost | stopped;
// a lost connection leads to "pausing" and from there back, until the patience is used up.
export class Upload {
  constructor(file, fields) {
    Object.assign(this, { file, fields, phase: "waiting", sent: 0, tries: 0, words: "", answer: null });
  }

  get isFinal() {
    return FINAL.has(this.phase);
  }
}

export class UploadQueue extends EventTarget {
  constructor({ address, token, maxBytes }) {
    super();
    Object.assign(this, { address, token, maxBytes, uploads: [], running: 0, abort: new AbortController() });
  }

  get isBusy() {
    return this.uploads.some((upload) => !upload.isFinal);
  }

  add(files, fields) {
    const added = files.map((file) => new Upload(file, fields));
    this.uploads.push(...added);
    this.#pump();
    return added;
  }

  // A file that was found and could not be opened still gets its line and its verdict.
  refuse(file, words) {
    const upload = Object.assign(new Upload(file, {}), { phase: "refused", words });
    this.uploads.push(upload);
    return upload;
  }

  retry(upload) {
    upload.tries = 0;
    this.#set(upload, "waiting");
    this.#pump();
  }

  stop() {
    this.abort.abort();
    this.abort = new AbortController();
    for (const upload of this.uploads) if (!upload.isFinal) this.#set(upload, "stopped");
  }

  clear() {
    this.uploads = this.uploads.filter((upload) => !upload.isFinal);
  }

  #set(upload, phase, changes = {}) {
    Object.assign(upload, { phase }, changes);
    this.dispatchEvent(new CustomEvent("change", { detail: upload }));
  }

  #pump() {
    while (this.running < AT_ONCE) {
      const upload = this.uploads.find(({ phase }) => phase === "waiting");
      if (!upload) return;
      this.running += 1;
      this.#set(upload, "reading");
      this.#carry(upload, this.abort.signal).finally(() => {
        this.running -= 1;
        this.#pump();
      });
    }
  }

  async #carry(upload, signal) {
    try {
      const verdict = await this.#attempt(upload, signal);
      if (verdict.accepted) this.#set(upload, verdict.duplicate ? "known" : "received", { answer: verdict });
      else this.#set(upload, "refused", { words: verdict.detail, answer: verdict });
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Lost) this.#pause(upload, error, signal);
      else this.#set(upload, "refused", { words: UNREADABLE });
    }
  }

  async #attempt(upload, signal) {
    const { file } = upload;
    if (file.size > this.maxBytes) {
      const limit = Math.round(this.maxBytes / 1e6);
      const detail = gettext("The file is larger than the limit of %(limit)s MB. Send single photos.");
      return { accepted: false, detail: interpolate(detail, { limit }, true) };
    }
    const sha256 = await checksum(file);
    if (signal.aborted) throw new DOMException("Stopped", "AbortError");
    this.#set(upload, "uploading", { sent: 0 });
    const onProgress = (loaded, total) => {
      const share = total ? Math.min(1, loaded / total) : 0;
      this.#set(upload, share < 1 ? "uploading" : "checking", { sent: share });
    };
    const fields = { ...upload.fields, size: file.size, sha256 };
    return send({ file, address: this.address, fields, token: this.token, signal, onProgress });
  }

  // A pause does not hold one of the three places: the others go on.
  #pause(upload, error, signal) {
    const seconds = error.seconds ?? PATIENCE[upload.tries];
    upload.tries += 1;
    if (upload.tries > PATIENCE.length) return this.#set(upload, "lost", { words: error.message });
    const again = interpolate(gettext("Trying again in %(seconds)s s."), { seconds }, true);
    this.#set(upload, "pausing", { sent: 0, words: `${error.message} ${again}` });
    const wake = () => {
      if (upload.phase !== "pausing" || signal.aborted) return;
      this.#set(upload, "waiting");
      this.#pump();
    };
    setTimeout(wake, seconds * 1000);
    addEventListener("online", wake, { once: true });
  }
}
