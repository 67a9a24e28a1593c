// Brings what was looked at to the server in the background: merged, kept until it has arrived, sent again if need be.

import { Kept } from "../drawing/kept.js";

const SOON = 1200;
const PAUSES = [1000, 3000, 5000, 10000];

export class Courier {
  // `onTrouble` hears a sentence, or "" when all is well again.
  constructor(scene, onTrouble) {
    Object.assign(this, { address: scene.looked, onTrouble });
    this.kept = new Kept(`looked_${scene.photo.id}`);
    this.token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    this.waiting = new Set(this.kept.read() ?? []);
    this.tries = 0;
    for (const leaving of ["pagehide", "visibilitychange"]) {
      addEventListener(leaving, () => (document.hidden || leaving === "pagehide") && this.#send());
    }
    this.#tell();
    if (this.waiting.size) this.#later(0);
  }

  add(cells) {
    if (this.isRefused || !cells.length) return;
    for (const cell of cells) this.waiting.add(cell);
    this.kept.write([...this.waiting]);
    this.#tell();
    this.#later(SOON);
  }

  #tell() {
    document.documentElement.dataset.unsaved = String(this.waiting.size);
  }

  #later(milliseconds) {
    if (this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.#send();
    }, milliseconds);
  }

  async #send() {
    if (!this.waiting.size || this.isSending || this.isRefused) return;
    this.isSending = true;
    const taken = [...this.waiting];
    let answer = null;
    try {
      answer = await fetch(this.address, {
        method: "POST",
        keepalive: true,
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token },
        body: JSON.stringify({ cells: hexOf(taken) }),
      });
    } catch {
      // The line is cut; the cells stay in the bag.
    }
    this.isSending = false;
    if (!answer || answer.status >= 500 || answer.status === 429) {
      this.onTrouble(gettext("The server does not answer. What you have looked at is kept here and sent again by itself."));
      this.#later(PAUSES[Math.min(this.tries, PAUSES.length - 1)]);
      this.tries += 1;
      return;
    }
    await this.#read(answer, taken);
  }

  async #read(answer, taken) {
    this.tries = 0;
    if (answer.ok && !answer.redirected) {
      for (const cell of taken) this.waiting.delete(cell);
      this.kept.write([...this.waiting]);
      this.onTrouble("");
      this.#tell();
      if (this.waiting.size) this.#later(SOON);
      return;
    }
    this.isRefused = true;
    const told = answer.redirected ? null : await answer.json().catch(() => null);
    this.onTrouble(told?.detail ?? gettext("You have been logged out: what you look at is not remembered. Load the page again."));
  }
}

export function hexOf(cells) {
  const digits = new Uint8Array(Math.floor(Math.max(0, ...cells) / 4) + 1);
  for (const cell of cells) digits[Math.floor(cell / 4)] |= 1 << cell % 4;
  return [...digits].reverse().map((digit) => digit.toString(16)).join("");
}
