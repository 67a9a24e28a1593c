// The cracks on the photo, and those that are added: a line from click to click, sent, measured, and drawn as it is.

import { drawCrack, shapeOf } from "../drawing/cracks.js";
import { Kept } from "../drawing/kept.js";
import { make } from "../viewer/svg.js";

const SAME_PLACE = 3;

export class Lines {
  constructor(scene, pane, desk, page) {
    Object.assign(this, { scene, pane, desk, page });
    this.cracks = make("g", {}, pane.moved);
    this.drawn = make("g", {}, pane.moved);
    this.points = [];
    this.isOn = false;
    this.sending = [];
    this.kept = new Kept(`lines_${scene.photo.id}`);
    this.show(scene.cracks);
    addEventListener("beforeunload", (event) => {
      if (this.sending.length || this.points.length > 1) event.preventDefault();
    });
    for (const line of this.kept.read() ?? []) this.#send(line);
  }

  show(cracks) {
    this.cracks.replaceChildren();
    for (const crack of cracks) drawCrack(this.cracks, crack);
  }

  hide(hidden) {
    this.pane.svg.classList.toggle("is-hidden", hidden);
  }

  turn(on) {
    this.isOn = on;
    if (!on) this.points = [];
    this.#draw();
  }

  add([x, y]) {
    if (!this.isOn) return;
    const { width, height } = this.scene.photo;
    const place = [Math.min(width - 1, Math.max(0, x)), Math.min(height - 1, Math.max(0, y))].map((value) => Math.round(value * 2) / 2);
    const last = this.points.at(-1);
    // The second half of a double click.
    if (last && Math.hypot(place[0] - last[0], place[1] - last[1]) < SAME_PLACE / this.pane.zoom.scale) return;
    this.points.push(place);
    this.#draw();
  }

  finish() {
    if (this.points.length < 2) return;
    const line = this.points;
    this.points = [];
    this.#draw();
    this.#send(line);
  }

  #draw() {
    this.drawn.replaceChildren();
    const pieces = [...this.sending.map(({ line }) => line), ...(this.points.length ? [this.points] : [])];
    for (const line of pieces) {
      for (const name of ["crack__casing", "crack__line is-drawing"]) {
        make("path", { class: name, d: shapeOf([line]), "vector-effect": "non-scaling-stroke" }, this.drawn);
      }
    }
    const radius = 3 / this.pane.zoom.scale;
    for (const [x, y] of this.points) make("circle", { class: "pane__point", cx: x + 0.5, cy: y + 0.5, r: radius }, this.drawn);
    this.page.showPoints(this.isOn ? this.points.length : null);
  }

  async #send(line) {
    const job = { line };
    this.sending.push(job);
    this.#keep();
    this.#draw();
    const row = this.page.addRow(gettext("A new crack is being measured…"));
    try {
      const drawing = await this.desk.draw({ kind: "line", findings: [], line, box: [], mask_runs: [], reason: "" });
      // A line that was sent before is there already.
      for (const { id } of [...drawing.replaced, ...drawing.made]) this.cracks.querySelector(`[data-id="${id}"]`)?.remove();
      for (const crack of drawing.made) drawCrack(this.cracks, crack);
      row.done(drawing, () => this.#takeBack(drawing, row));
    } catch (refused) {
      row.failed(refused.message, () => this.#send(line));
    }
    this.sending = this.sending.filter((other) => other !== job);
    this.#keep();
    this.#draw();
  }

  async #takeBack(drawing, row) {
    try {
      const { cracks } = await this.desk.undo(drawing);
      this.show(cracks);
      row.gone();
    } catch (refused) {
      row.failed(refused.message);
    }
  }

  #keep() {
    if (this.sending.length) this.kept.write(this.sending.map(({ line }) => line));
    else this.kept.forget();
  }
}
