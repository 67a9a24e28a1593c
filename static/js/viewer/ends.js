// The two ends of a known length on the photo: placed by clicks, moved by dragging, and kept in four number fields.

import { make } from "./svg.js";

const NAMES = ["start_x", "start_y", "stop_x", "stop_y"];
const REACH = 18;

export class Ends {
  constructor(layers, picture, onChange) {
    Object.assign(this, { picture, onChange, isMarking: false, isShown: false, held: null });
    this.svg = make("svg", { class: "viewer__ends", "aria-hidden": "true" }, layers);
    const { viewer } = picture;
    viewer.addHandler("canvas-click", (event) => {
      if (event.quick && this.isMarking) this.#place(event.position);
    });
    viewer.addHandler("canvas-press", (event) => this.#take(event.position));
    viewer.addHandler("canvas-drag", (event) => {
      if (this.held === null) return;
      event.preventDefaultAction = true;
      this.#move(this.held, event.position);
    });
    viewer.addHandler("canvas-drag-end", (event) => {
      if (this.held === null) return;
      event.preventDefaultAction = true;
      this.held = null;
    });
    picture.onMove(() => this.draw());
  }

  get fields() {
    return NAMES.map((name) => document.getElementById(`scale_${name}`));
  }

  // [[x, y], [x, y]]; null for an end that nobody has placed.
  get points() {
    const values = this.fields.map((field) => (field?.value ? Number(field.value) : NaN));
    return [values.slice(0, 2), values.slice(2)].map((end) => (end.every(Number.isFinite) ? end : null));
  }

  show(on) {
    this.isShown = on;
    if (this.isMarking && !on) this.mark(false);
    this.draw();
  }

  // The next two clicks are the two ends.
  mark(on) {
    this.isMarking = this.picture.isMarking = on;
    this.next = 0;
    document.getElementById("mark-ends")?.setAttribute("aria-pressed", String(on));
    this.picture.viewer.element.classList.toggle("is-marking", on);
    this.#say(on ? gettext("Click the first end.") : "");
  }

  #say(words) {
    document.getElementById("notice").textContent = words;
    const button = document.getElementById("mark-ends");
    if (button) button.lastChild.textContent = words.replace(/\.$/, "") || gettext("Mark two ends");
  }

  #place(position) {
    this.#move(this.next, position);
    this.next += 1;
    if (this.next === 1) this.#say(gettext("Click the second end."));
    else {
      this.mark(false);
      this.#say("");
      if (!matchMedia("(max-width: 899px)").matches) document.getElementById("scale_length_mm")?.focus();
    }
  }

  #take(position) {
    if (!this.isShown || this.isMarking) return;
    const { x, y, scale } = this.picture.place;
    const away = this.points.map((end) => (end ? Math.hypot(x + end[0] * scale - position.x, y + end[1] * scale - position.y) : Infinity));
    const least = Math.min(...away);
    this.held = least <= REACH ? away.indexOf(least) : null;
  }

  #move(end, position) {
    const { width, height } = this.picture;
    const { x, y } = this.picture.at(position);
    const inside = [Math.max(0, Math.min(width, x)), Math.max(0, Math.min(height, y))];
    inside.forEach((value, axis) => {
      this.fields[2 * end + axis].value = value.toFixed(1);
    });
    this.draw();
    this.onChange();
  }

  draw() {
    this.svg.replaceChildren();
    if (!this.isShown || !this.picture.isOpen) return;
    const { x, y, scale } = this.picture.place;
    const ends = this.points.map((end) => end && [x + end[0] * scale, y + end[1] * scale]);
    if (ends[0] && ends[1]) {
      const [[x1, y1], [x2, y2]] = ends;
      for (const name of ["ends__casing", "ends__line"]) make("line", { class: name, x1, y1, x2, y2 }, this.svg);
    }
    for (const end of ends.filter(Boolean)) {
      const [cx, cy] = end;
      make("circle", { class: "ends__handle", cx, cy, r: 8 }, this.svg);
      make("circle", { class: "ends__point", cx, cy, r: 1.5 }, this.svg);
    }
  }
}
