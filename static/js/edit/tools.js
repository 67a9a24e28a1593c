// What the hand holds: brush, eraser, polygon, the knife, or the finger that chooses neighbours.

import { make } from "../viewer/svg.js";
import { fill, stroke } from "./shapes.js";

const NEAR = 10;
// Of the screen: shorter, it was a click.
const LEAST_CUT = 5;
// A pen pressed lightly paints half as wide, pressed hard half as wide again.
const PRESSURE = [0.5, 1];

export class Tools {
  constructor(easel, mask, page) {
    Object.assign(this, { easel, mask, page });
    this.current = "brush";
    this.last = null;
    this.corners = [];
    this.cut = [];
    this.drawn = make("g", {}, easel.moved);
    this.ring = easel.stage.appendChild(document.createElement("i"));
    this.ring.className = "easel__ring";
    this.ring.hidden = true;
    this.onChange = () => {};
    this.onPick = () => {};
  }

  take(name) {
    this.drop();
    this.current = name;
    this.page.showTool(name);
    this.#draw();
  }

  down(place, event) {
    if (this.page.isBusy) return;
    if (this.#isPainting) this.#begin(place, event);
    else if (this.current === "cut") {
      // One click was the beginning: this one is the end. Else a new cut begins.
      this.isEnding = this.cut.length === 1;
      if (!this.isEnding) this.cut = [place];
    }
  }

  move(place, event) {
    if (this.mask.step) this.#go(place, event);
    else if (this.current === "cut" && this.cut.length) this.cut = [this.cut[0], place];
    this.pointer = place;
    if (this.cut.length || this.corners.length) this.#draw();
  }

  up(place, event, isClick) {
    if (this.page.isBusy) return;
    if (this.mask.step) {
      this.last = place;
      if (this.mask.commit()) this.onChange();
    } else if (this.current === "polygon") this.#corner(place, event);
    else if (this.current === "cut" && this.cut.length) this.#cutTo(place, isClick && !this.isEnding);
    else if (this.current === "join" && isClick) this.onPick(place, NEAR / this.easel.zoom.scale);
    this.#draw();
  }

  get #isPainting() {
    return this.current === "brush" || this.current === "eraser";
  }

  #begin(place, event) {
    this.mask.begin();
    // The far end of a pen rubs out.
    this.value = this.current === "eraser" || event.button === 5 ? 0 : 1;
    this.from = event.shiftKey && this.last ? this.last : place;
    this.#go(place, event);
  }

  #go(place, event) {
    const [least, more] = PRESSURE;
    const share = event.pointerType === "pen" && event.pressure ? least + more * event.pressure : 1;
    const size = Math.max(1, Math.round(this.page.size * share));
    this.easel.repaint(stroke(this.mask, this.from, place, size, this.value));
    this.from = place;
  }

  #corner(place, event) {
    const [first] = this.corners;
    const reach = NEAR / this.easel.zoom.scale;
    if (this.corners.length > 2 && Math.hypot(place[0] - first[0], place[1] - first[1]) < reach) this.close(event.altKey);
    else this.corners.push(place);
  }

  // Between two clicks, or from where a drag began; a place twice is no line.
  #cutTo(place, isBeginning) {
    const [from] = this.cut;
    const length = Math.hypot(place[0] - from[0], place[1] - from[1]) * this.easel.zoom.scale;
    this.cut = isBeginning || length < LEAST_CUT ? [from] : [from, place];
  }

  // Brings what was begun to its end. A sentence where something is missing; nothing is lost then.
  finish() {
    if (this.mask.step && this.mask.commit()) this.onChange();
    if (this.cut.length === 1) return gettext("The cut has only one end. Click on the other side of the crack, or drop it with Esc; then save.");
    if (this.corners.length && this.corners.length < 3) {
      return gettext("A polygon needs three corners. Click the missing ones, or drop it with Esc; then save.");
    }
    this.close();
    return "";
  }

  // Fills the polygon, or rubs out what it holds.
  close(erases = false) {
    if (this.corners.length < 3) return;
    this.mask.begin();
    const box = fill(this.mask, this.corners, erases || this.page.erases ? 0 : 1);
    this.corners = [];
    const isChange = this.mask.commit();
    this.easel.repaint(box);
    this.#draw();
    if (isChange) this.onChange();
  }

  // Lets go of what was begun. False where nothing was.
  drop() {
    const hadBegun = Boolean(this.corners.length || this.cut.length || this.mask.step);
    for (const box of this.mask.revert()) this.easel.repaint(box);
    [this.corners, this.cut] = [[], []];
    this.#draw();
    return hadBegun;
  }

  hover(event) {
    const isShown = event && this.#isPainting && event.pointerType !== "touch";
    this.ring.hidden = !isShown;
    if (event && (this.corners.length || this.cut.length === 1)) {
      this.pointer = this.easel.at(event);
      this.#draw();
    }
    if (!isShown) return;
    const seat = this.easel.stage.getBoundingClientRect();
    const side = Math.max(3, this.page.size * this.easel.zoom.scale);
    this.ring.style.setProperty("width", `${side}px`);
    this.ring.style.setProperty("height", `${side}px`);
    const [x, y] = [event.clientX - seat.left - side / 2, event.clientY - seat.top - side / 2];
    this.ring.style.setProperty("transform", `translate(${x}px, ${y}px)`);
  }

  #draw() {
    this.drawn.replaceChildren();
    const path = (points, name) => {
      for (const part of ["crack__casing", `crack__line ${name}`]) {
        const d = `M${points.map(([x, y]) => `${x} ${y}`).join("L")}`;
        make("path", { class: part, d, "vector-effect": "non-scaling-stroke" }, this.drawn);
      }
    };
    if (this.corners.length) path([...this.corners, this.pointer ?? this.corners.at(-1)], "is-polygon");
    if (this.cut.length) path([this.cut[0], this.cut[1] ?? this.pointer ?? this.cut[0]], "is-cut");
    for (const [x, y] of [...this.corners, ...this.cut]) {
      make("circle", { class: "pane__point", cx: x, cy: y, r: 3 / this.easel.zoom.scale }, this.drawn);
    }
    this.page.showBegun({ corners: this.corners.length, ends: this.cut.length });
  }
}
