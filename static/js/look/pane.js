// The photo in its window: tiles at full size as plain pictures, pushed about by hand, with a drawing over them.

import { make } from "../viewer/svg.js";

const CLICK = 5;

export class Pane {
  constructor(stage, photo, zoom) {
    Object.assign(this, { stage, photo, zoom });
    this.tiles = stage.appendChild(document.createElement("div"));
    this.svg = make("svg", { class: "pane__drawing", "aria-hidden": "true" }, stage);
    this.moved = make("g", {}, this.svg);
    this.shown = new Map();
    this.centre = [photo.width / 2, photo.height / 2];
    this.onMove = () => {};
    this.onLoad = () => {};
    this.onClick = () => {};
    this.#listen();
  }

  get size() {
    const { clientWidth, clientHeight } = this.stage;
    return [clientWidth / this.zoom.scale, clientHeight / this.zoom.scale];
  }

  // What of the photo is in the window and on the screen: x0, y0, x1, y1.
  get box() {
    const seat = this.stage.getBoundingClientRect();
    const bar = document.getElementById("bar").getBoundingClientRect();
    const floor = bar.top > seat.top && bar.left < seat.right ? Math.min(innerHeight, bar.top) : innerHeight;
    const [left, right] = [Math.max(0, seat.left), Math.min(innerWidth, seat.right)];
    const [top, bottom] = [Math.max(0, seat.top), Math.min(floor, seat.bottom)];
    const [x0, y0] = this.at(left, top);
    const [x1, y1] = this.at(right, bottom);
    const { width, height } = this.photo;
    return [Math.max(0, x0), Math.max(0, y0), Math.min(width, x1), Math.min(height, y1)];
  }

  get isLoaded() {
    return [...this.shown.values()].every((picture) => picture.complete && picture.naturalWidth);
  }

  // A place on the screen as one on the photo.
  at(clientX, clientY) {
    const seat = this.stage.getBoundingClientRect();
    const { scale } = this.zoom;
    return [(clientX - seat.left - this.corner[0]) / scale, (clientY - seat.top - this.corner[1]) / scale];
  }

  moveTo(x, y) {
    this.centre = [x, y];
    this.draw();
  }

  draw() {
    const { clientWidth, clientHeight } = this.stage;
    const { scale } = this.zoom;
    if (!this.held) this.centre = this.#inside();
    // Whole pixels of the screen: between tiles that end within one, the dark behind would shine through.
    const whole = (place) => Math.round(place * devicePixelRatio) / devicePixelRatio;
    this.corner = [clientWidth / 2 - this.centre[0] * scale, clientHeight / 2 - this.centre[1] * scale].map(whole);
    const [left, top] = this.corner;
    this.moved.setAttribute("transform", `translate(${left} ${top}) scale(${scale})`);
    const side = this.photo.tileSize * scale;
    const columns = Math.ceil(this.photo.width / this.photo.tileSize);
    const rows = Math.ceil(this.photo.height / this.photo.tileSize);
    const wanted = new Set();
    for (let row = Math.max(0, Math.floor(-top / side)); row < rows && top + row * side < clientHeight; row += 1) {
      for (let column = Math.max(0, Math.floor(-left / side)); column < columns && left + column * side < clientWidth; column += 1) {
        wanted.add(this.#place(column, row));
      }
    }
    for (const [name, picture] of this.shown) {
      if (wanted.has(name)) continue;
      picture.remove();
      this.shown.delete(name);
    }
    this.onMove();
  }

  #place(column, row) {
    const { photo, zoom } = this;
    const name = `${column}_${row}`;
    let picture = this.shown.get(name);
    if (!picture) {
      picture = Object.assign(new Image(), { alt: "", decoding: "async", draggable: false, src: `${photo.tiles}${name}.jpg` });
      picture.addEventListener("load", () => this.onLoad());
      this.tiles.append(picture);
      this.shown.set(name, picture);
    }
    const [x, y] = [column * photo.tileSize, row * photo.tileSize];
    const { style } = picture;
    style.setProperty("transform", `translate(${this.corner[0] + x * zoom.scale}px, ${this.corner[1] + y * zoom.scale}px)`);
    style.setProperty("width", `${Math.min(photo.tileSize, photo.width - x) * zoom.scale}px`);
    style.setProperty("height", `${Math.min(photo.tileSize, photo.height - y) * zoom.scale}px`);
    return name;
  }

  // As much photo in the window as there is.
  #inside() {
    const lengths = [this.photo.width, this.photo.height];
    return this.size.map((size, axis) => {
      const half = size / 2;
      if (size >= lengths[axis]) return lengths[axis] / 2;
      return Math.min(lengths[axis] - half, Math.max(half, this.centre[axis]));
    });
  }

  #listen() {
    const { stage } = this;
    stage.addEventListener("pointerdown", (event) => {
      if (event.button > 1 || !event.isPrimary || event.target.closest("button, a")) return;
      this.held = { from: [event.clientX, event.clientY], last: [event.clientX, event.clientY] };
      stage.setPointerCapture(event.pointerId);
    });
    stage.addEventListener("pointermove", (event) => {
      if (!this.held || !event.isPrimary) return;
      const { last } = this.held;
      const { scale } = this.zoom;
      this.held.last = [event.clientX, event.clientY];
      if (!this.held.isDrag && Math.hypot(event.clientX - this.held.from[0], event.clientY - this.held.from[1]) < CLICK) return;
      const start = this.held.isDrag ? last : this.held.from;
      this.held.isDrag = true;
      this.moveTo(this.centre[0] - (event.clientX - start[0]) / scale, this.centre[1] - (event.clientY - start[1]) / scale);
    });
    stage.addEventListener("pointerup", (event) => {
      const { held } = this;
      if (!held || !event.isPrimary) return;
      this.held = null;
      if (held.isDrag) this.draw();
      else if (event.button === 0) this.onClick(this.at(event.clientX, event.clientY));
    });
    stage.addEventListener("pointercancel", () => {
      this.held = null;
      this.draw();
    });
  }
}
