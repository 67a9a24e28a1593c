// A crop of the photo at full size and what is painted on it, on two canvases, in a window that can be pushed about.

import { make } from "../viewer/svg.js";

const SMALLEST = 1024;
const LARGEST = 2048;
const GRAIN = 128;
const RIM = 24;
const AGAIN = 3000;
// --mark-added, so thin that the crack shows through.
const COLOUR = [179, 136, 255, 150];

export class Easel {
  constructor(stage, scene, mask, zoom) {
    Object.assign(this, { stage, scene, mask, zoom, photo: scene.photo });
    this.sheet = stage.appendChild(document.createElement("div"));
    this.sheet.className = "easel__sheet";
    this.svg = make("svg", { class: "pane__drawing", "aria-hidden": "true" }, stage);
    this.moved = make("g", {}, this.svg);
    this.centre = scene.centre;
    this.crop = null;
    this.onTrouble = () => {};
    this.onReady = () => {};
    addEventListener("resize", () => this.draw());
  }

  get size() {
    return [this.stage.clientWidth / this.zoom.scale, this.stage.clientHeight / this.zoom.scale];
  }

  // A place on the screen as one on the photo.
  at({ clientX, clientY }) {
    const seat = this.stage.getBoundingClientRect();
    const { scale } = this.zoom;
    return [(clientX - seat.left - this.corner[0]) / scale, (clientY - seat.top - this.corner[1]) / scale];
  }

  moveTo([x, y]) {
    this.centre = [x, y];
    this.draw();
  }

  moveBy(dx, dy) {
    this.moveTo([this.centre[0] - dx / this.zoom.scale, this.centre[1] - dy / this.zoom.scale]);
  }

  draw() {
    const { scale } = this.zoom;
    this.centre = this.#inside();
    const whole = (place) => Math.round(place * devicePixelRatio) / devicePixelRatio;
    const seat = [this.stage.clientWidth, this.stage.clientHeight];
    this.corner = this.centre.map((place, axis) => whole(seat[axis] / 2 - place * scale));
    this.moved.setAttribute("transform", `translate(${this.corner[0]} ${this.corner[1]}) scale(${scale})`);
    this.#place();
    this.#fetch();
  }

  // As much photo in the window as there is, and a rim of nothing around it.
  #inside() {
    const lengths = [this.photo.width, this.photo.height];
    return this.size.map((size, axis) => {
      const half = Math.min(lengths[axis] / 2, Math.max(0, size / 2 - RIM / this.zoom.scale));
      return Math.min(lengths[axis] - half, Math.max(half, this.centre[axis]));
    });
  }

  #place() {
    if (!this.crop) return;
    const { scale } = this.zoom;
    const [x0, y0, x1, y1] = this.crop;
    const { style } = this.sheet;
    style.setProperty("transform", `translate(${this.corner[0] + x0 * scale}px, ${this.corner[1] + y0 * scale}px)`);
    style.setProperty("width", `${(x1 - x0) * scale}px`);
    style.setProperty("height", `${(y1 - y0) * scale}px`);
  }

  // Another crop, where the window reaches beyond the one that is here.
  #fetch() {
    const view = this.size;
    const lengths = [this.photo.width, this.photo.height];
    const from = this.centre.map((place, axis) => Math.max(0, place - view[axis] / 2));
    const to = this.centre.map((place, axis) => Math.min(lengths[axis], place + view[axis] / 2));
    const holds = (box) => box && box[0] <= from[0] && box[1] <= from[1] && box[2] >= to[0] && box[3] >= to[1];
    if (holds(this.crop) || holds(this.coming)) return;
    const sides = view.map((side) => Math.min(LARGEST, Math.max(SMALLEST, Math.ceil(side / GRAIN) * GRAIN + 2 * GRAIN)));
    const start = sides.map((side, axis) => {
      const wanted = Math.floor((this.centre[axis] - side / 2) / GRAIN) * GRAIN;
      return Math.max(0, Math.min(Math.max(0, lengths[axis] - side), wanted));
    });
    const ends = sides.map((side, axis) => Math.min(lengths[axis], start[axis] + side));
    this.#load([...start, ...ends]);
  }

  async #load(box) {
    this.coming = box;
    const picture = new Image();
    picture.src = `${this.scene.crop}?box=${box.join(",")}`;
    try {
      await picture.decode();
    } catch {
      if (this.coming !== box) return;
      this.coming = null;
      this.onTrouble(gettext("This part of the photo cannot be loaded. Trying again."));
      setTimeout(() => this.draw(), AGAIN);
      return;
    }
    if (this.coming !== box) return;
    this.coming = null;
    this.onTrouble("");
    this.#show(box, picture);
  }

  #show(box, picture) {
    this.crop = box;
    const size = [box[2] - box[0], box[3] - box[1]];
    const [ground, paint] = ["photo", "mask"].map((name) => {
      const canvas = document.createElement("canvas");
      canvas.className = `easel__${name}`;
      [canvas.width, canvas.height] = size;
      return canvas;
    });
    ground.getContext("2d").drawImage(picture, 0, 0);
    this.paint = paint.getContext("2d");
    this.sheet.replaceChildren(ground, paint);
    this.repaint(box);
    this.#place();
    this.onReady();
  }

  // Paints anew what lies in the box: only what has changed, and never reading a canvas back.
  repaint([left, top, right, bottom]) {
    if (!this.crop) return;
    const [x0, y0, x1, y1] = this.crop;
    const box = [Math.max(x0, left), Math.max(y0, top), Math.min(x1, right), Math.min(y1, bottom)];
    if (box[0] >= box[2] || box[1] >= box[3]) return;
    const picture = new ImageData(box[2] - box[0], box[3] - box[1]);
    this.mask.paint(picture, box, COLOUR);
    this.paint.putImageData(picture, box[0] - x0, box[1] - y0);
  }

  hide(hidden) {
    this.stage.classList.toggle("is-bare", hidden);
  }
}
