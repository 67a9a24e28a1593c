// The words and buttons around the easel.

import { recall, remember } from "../remembered.js";

const LARGEST = 64;
const PARTS = ["progress", "trouble", "insist", "begun", "begun-words", "reason", "size", "size-words", "erases", "polygon-only", "brush-only", "join", "leave", "stage"];

export class Page {
  constructor() {
    this.parts = Object.fromEntries(PARTS.map((id) => [id, document.getElementById(id)]));
    this.troubles = new Map();
    this.isBusy = false;
    this.parts.size.addEventListener("input", () => this.putSize(Number(this.parts.size.value)));
    this.putSize(recall("brush_size", 5));
  }

  // Of the brush, pixels of the photo.
  putSize(size) {
    this.size = Math.min(LARGEST, Math.max(1, Math.round(size)));
    this.parts.size.value = String(this.size);
    this.parts["size-words"].textContent = `${this.size} px`;
    remember("brush_size", this.size);
  }

  // Single pixels while it is small, then in larger steps.
  stepSize(by) {
    const step = this.size + Math.min(0, by) < 8 ? 1 : this.size < 24 ? 2 : 8;
    this.putSize(this.size + by * step);
  }

  get erases() {
    return this.parts.erases.checked;
  }

  get reason() {
    return this.parts.reason.value;
  }

  showTool(name) {
    for (const button of document.querySelectorAll("button[data-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.action === name));
    }
    this.parts["brush-only"].hidden = !["brush", "eraser"].includes(name);
    this.parts["polygon-only"].hidden = name !== "polygon";
    this.parts.stage.dataset.tool = name;
  }

  // What was begun in the picture, corners of a polygon or ends of a cut, with the buttons that end it.
  showBegun({ corners, ends }) {
    const { begun } = this.parts;
    const now = `${corners} ${ends}`;
    // What was missing may be there now.
    if (now !== this.begunNow) this.trouble("begun", "");
    this.begunNow = now;
    begun.hidden = !corners && !ends;
    const words = ends
      ? [gettext("Now the other side of the crack"), gettext("Cut here?")][ends - 1]
      : ngettext("%(corners)s corner", "%(corners)s corners", corners);
    this.parts["begun-words"].textContent = interpolate(words, { corners }, true);
    begun.querySelector('[data-action="enter"]').disabled = ends ? ends < 2 : corners < 3;
  }

  showChosen(count) {
    const { join } = this.parts;
    if (!join) return;
    join.disabled = !count;
    const words = ngettext("Join with the %(count)s chosen", "Join with the %(count)s chosen", count);
    join.querySelector("span").textContent = count ? interpolate(words, { count }, true) : gettext("Join with those chosen");
  }

  say(sentence) {
    this.parts.progress.textContent = sentence;
  }

  // Each who may be in trouble says so under a name of their own, and "" when it is over.
  trouble(who, sentence, { canInsist = false } = {}) {
    if (sentence) this.troubles.set(who, sentence);
    else this.troubles.delete(who);
    const all = [...new Set(this.troubles.values())].join(" ");
    const words = this.parts.trouble.querySelector("span");
    if (words.textContent !== all) words.textContent = all;
    this.parts.trouble.hidden = !all;
    this.parts.insist.hidden = !canInsist;
  }

  busy(on) {
    this.isBusy = on;
    this.parts.stage.setAttribute("aria-busy", String(on));
    for (const button of document.querySelectorAll("[data-changes]")) button.disabled = on;
  }

  // How to leave with something painted: "save", "discard", or "stay".
  ask() {
    const { leave } = this.parts;
    leave.returnValue = "stay";
    leave.showModal();
    return new Promise((resolve) => {
      leave.addEventListener("close", () => resolve(leave.returnValue || "stay"), { once: true });
    });
  }
}
