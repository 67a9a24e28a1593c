// Painted masks, cuts and joins on their way to the server, and the draft that stays until they have arrived.

import { Desk, Refused } from "../drawing/desk.js";
import { Kept } from "../drawing/kept.js";

const SOON = 200;

export class Saving {
  constructor(scene, mask, page) {
    Object.assign(this, { scene, mask, page });
    this.desk = new Desk(scene.photo.draw, (sentence) => page.trouble("saving", sentence));
    this.own = scene.finding?.id ?? null;
    this.kept = new Kept(this.own ? `mask_${this.own}` : `new_mask_${scene.photo.id}`);
    addEventListener("beforeunload", (event) => {
      if (this.isOver) return;
      if (this.mask.isChanged || this.page.isBusy) event.preventDefault();
    });
    addEventListener("pagehide", () => this.#write());
  }

  // What was painted here before and never saved; true where there was something.
  restore() {
    const { draft, reason } = this.kept.read() ?? {};
    if (!draft?.length || !this.mask.restore(draft)) return false;
    this.page.parts.reason.value = reason ?? "";
    return true;
  }

  keep() {
    document.documentElement.dataset.unsaved = this.mask.isChanged ? "1" : "0";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#write(), SOON);
  }

  #write() {
    clearTimeout(this.timer);
    const { draft } = this.mask;
    if (!draft.length) this.kept.forget();
    else if (!this.kept.write({ draft, reason: this.page.reason })) {
      this.page.trouble("draft", gettext("This browser has no room to keep your painting. Save it soon."));
    }
  }

  discard() {
    this.isOver = true;
    this.kept.forget();
  }

  // One box after the other where the painting is wider than the server takes at once. Returns the cracks that stand
  // afterwards, and where each drawing is taken back.
  async paint(insists) {
    let made = [];
    const undo = [];
    for (const box of this.mask.changes) {
      const findings = this.own ? [this.own] : [];
      const stroke = { kind: "mask", findings, line: [], box, mask_runs: this.mask.runs(box) };
      const drawing = await this.#send(stroke, insists);
      made = [...drawing.made, ...made.filter(({ id }) => !findings.includes(id))];
      undo.push(drawing.undo);
      this.mask.settle(box);
      if (drawing.made.length) this.#moveTo(drawing.made[0].id);
    }
    return { kind: "mask", made, undo };
  }

  async cut(line, insists) {
    return this.#once({ kind: "split", findings: [this.own], line, box: [], mask_runs: [] }, insists);
  }

  async join(others, insists) {
    const findings = [this.own, ...others];
    return this.#once({ kind: "merge", findings, line: [], box: [], mask_runs: [] }, insists);
  }

  async #once(stroke, insists) {
    const { made, undo } = await this.#send(stroke, insists);
    return { kind: stroke.kind, made, undo: [undo] };
  }

  #send(stroke, insists) {
    const known = new Map(this.scene.cracks.map(({ id, seen }) => [id, seen]));
    const seen = Object.fromEntries(stroke.findings.filter((id) => known.has(id)).map((id) => [id, known.get(id)]));
    return this.desk.draw({ ...stroke, reason: this.page.reason, seen: insists ? {} : seen });
  }

  // What is still to be sent belongs to the crack that has taken the place of the first.
  #moveTo(id) {
    this.kept.forget();
    this.own = id;
    this.kept = new Kept(`mask_${id}`);
    this.#write();
  }
}

export { Refused };
