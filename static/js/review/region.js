// One region at full size: tiles of the photo as plain pictures, its line over them, to be pushed about by hand.

import { load } from "./pictures.js";

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 1.25;

export class Region {
  constructor(stage, data) {
    Object.assign(this, { stage, data });
    this.element = document.createElement("div");
    this.element.className = "region";
    this.element.inert = true;
    this.tiles = this.element.appendChild(document.createElement("div"));
    this.svg = this.element.appendChild(drawn(data));
    this.moved = this.svg.firstChild;
    this.shown = new Map();
    this.missing = new Set();
    this.blind = this.element.appendChild(document.createElement("p"));
    Object.assign(this.blind, { className: "region__blind", hidden: true });
    const [x0, y0, x1, y1] = data.box;
    this.centre = data.widest ?? [(x0 + x1) / 2, (y0 + y1) / 2];
    this.isWhole = false;
    this.#listen();
  }

  get called() {
    const { number, photo } = this.data;
    return interpolate(gettext("crack %(number)s of %(photo)s"), { number, photo: photo.name }, true);
  }

  // Whether a part of the photo that should be in view could not be loaded.
  get isBlind() {
    return this.missing.size > 0;
  }

  // What was decided, until the server has said what stands.
  expect(verdict, words) {
    Object.assign(this.data, { verdict, pending: words });
    this.#paint();
  }

  // What the server says stands. A refusal may come without.
  update({ seen, verdict, state, assignee, may, readOnly, openComments, thread, html }) {
    if (html === undefined) return;
    Object.assign(this.data, { seen, verdict, state, assignee, may, readOnly, openComments, thread, html, pending: "" });
    this.#paint();
  }

  #paint() {
    this.moved.setAttribute("data-verdict", this.data.verdict);
  }

  get #actual() {
    return 1 / devicePixelRatio;
  }

  get #whole() {
    const [x0, y0, x1, y1] = this.data.box;
    const { clientWidth, clientHeight } = this.stage;
    return Math.min(clientWidth / (MARGIN * (x1 - x0 + 16)), clientHeight / (MARGIN * (y1 - y0 + 16)), 4 * this.#actual);
  }

  // Draws itself where nobody sees it, so that it is there at once when its turn comes.
  prepare() {
    if (!this.element.isConnected) this.stage.append(this.element);
    this.draw();
  }

  reveal() {
    this.prepare();
    this.#paint();
    this.element.classList.add("is-shown");
    this.element.inert = false;
  }

  conceal() {
    this.element.classList.remove("is-shown");
    this.element.inert = true;
  }

  toggleScale() {
    this.isWhole = !this.isWhole;
    const [x0, y0, x1, y1] = this.data.box;
    if (this.isWhole) this.centre = [(x0 + x1) / 2, (y0 + y1) / 2];
    else this.centre = this.data.widest ?? this.centre;
    this.draw();
  }

  hideLine(hidden) {
    this.svg.classList.toggle("is-hidden", hidden);
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const { photo } = this.data;
    this.scale = this.isWhole ? this.#whole : this.#actual;
    if (!this.held) this.centre = this.#inside([width, height]);
    // Whole pixels of the screen: between tiles that end within one, the dark behind would shine through.
    const whole = (place) => Math.round(place * devicePixelRatio) / devicePixelRatio;
    const [left, top] = [width / 2 - this.centre[0] * this.scale, height / 2 - this.centre[1] * this.scale].map(whole);
    this.moved.setAttribute("transform", `translate(${left} ${top}) scale(${this.scale})`);
    if (!photo.tiles) return;
    const step = Math.min(photo.maxLevel, Math.max(0, Math.floor(-Math.log2(this.scale * devicePixelRatio) + 0.01)));
    const level = photo.maxLevel - step;
    const side = photo.tileSize * 2 ** step * this.scale;
    const columns = Math.ceil(photo.width / (photo.tileSize * 2 ** step));
    const rows = Math.ceil(photo.height / (photo.tileSize * 2 ** step));
    const wanted = new Set();
    for (let row = Math.max(0, Math.floor(-top / side)); row < rows && top + row * side < height; row += 1) {
      for (let column = Math.max(0, Math.floor(-left / side)); column < columns && left + column * side < width; column += 1) {
        wanted.add(this.#place(level, column, row, { left, top, step }));
      }
    }
    for (const [name, picture] of this.shown) {
      if (wanted.has(name)) continue;
      picture.remove();
      this.shown.delete(name);
      this.#see(name, true);
    }
  }

  // Of a picture whether it is there. What is missing is said where it is missing.
  #see(name, isThere) {
    if (isThere ? !this.missing.delete(name) : this.missing.has(name)) return;
    if (!isThere) this.missing.add(name);
    this.blind.hidden = !this.isBlind;
    this.blind.textContent = this.isBlind
      ? gettext("The picture could not be loaded. It is fetched again as soon as it can be; nobody can decide on what they do not see.")
      : "";
    this.stage.dispatchEvent(new Event("sight"));
  }

  // As much photo in the window as there is.
  #inside(window) {
    const { photo } = this.data;
    return this.centre.map((place, axis) => {
      const [length, half] = [axis ? photo.height : photo.width, window[axis] / this.scale / 2];
      return 2 * half >= length ? length / 2 : Math.min(length - half, Math.max(half, place));
    });
  }

  #place(level, column, row, { left, top, step }) {
    const { photo } = this.data;
    const name = `${level}/${column}_${row}`;
    let picture = this.shown.get(name);
    if (!picture) {
      picture = new Image();
      picture.alt = "";
      picture.decoding = "async";
      picture.draggable = false;
      this.tiles.append(picture);
      this.shown.set(name, picture);
      load(picture, `${photo.tiles}${name}.jpg`, (isThere) => {
        picture.classList.toggle("is-missing", !isThere);
        if (picture.isConnected) this.#see(name, isThere);
      });
    }
    const [x, y] = [column, row].map((place) => place * photo.tileSize * 2 ** step);
    const size = [photo.width - x, photo.height - y].map((rest) => Math.min(rest, photo.tileSize * 2 ** step) * this.scale);
    picture.style.setProperty("transform", `translate(${left + x * this.scale}px, ${top + y * this.scale}px)`);
    picture.style.setProperty("width", `${size[0]}px`);
    picture.style.setProperty("height", `${size[1]}px`);
    return name;
  }

  #listen() {
    this.element.addEventListener("pointerdown", (event) => {
      this.held = [event.clientX, event.clientY];
      this.element.setPointerCapture(event.pointerId);
    });
    this.element.addEventListener("pointermove", (event) => {
      if (!this.held) return;
      this.centre = [
        this.centre[0] - (event.clientX - this.held[0]) / this.scale,
        this.centre[1] - (event.clientY - this.held[1]) / this.scale,
      ];
      this.held = [event.clientX, event.clientY];
      this.draw();
    });
    for (const end of ["pointerup", "pointercancel"]) this.element.addEventListener(end, () => { this.held = null; });
  }
}

function drawn(data) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "region__line");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", interpolate(gettext("Crack %(number)s of %(photo)s, at full size"), { number: data.number, photo: data.photo.name }, true));
  const group = svg.appendChild(document.createElementNS(SVG, "g"));
  group.setAttribute("class", "crack");
  const shape = data.lines.map((line) => `M${line.map(([x, y]) => `${x} ${y}`).join("L")}`).join("");
  for (const name of ["crack__casing", "crack__line"]) {
    const path = group.appendChild(document.createElementNS(SVG, "path"));
    path.setAttribute("class", name);
    path.setAttribute("d", shape);
    path.setAttribute("vector-effect", "non-scaling-stroke");
  }
  return svg;
}
