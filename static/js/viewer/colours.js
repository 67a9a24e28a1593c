// Every crack in the colour of its width. Viridis without its darkest fifth, which is lost in a dark crack: as even to
// the eye, the same to colour-blind eyes, and brighter the wider.

import { localised } from "../numbers.js";
import { ticks } from "./quantities.js";
import { make, write } from "./svg.js";

const VIRIDIS = ["#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725"];
const STEPS = 12;
const LAST = 0.98;
const LEGEND = { width: 208, height: 34, bar: 10, margin: 8 };

export class WidthColours {
  constructor(layers, picture, scene, widths) {
    Object.assign(this, { picture, scene, widths });
    this.svg = make("svg", { class: "viewer__widths", "aria-hidden": "true" }, layers);
    this.moved = make("g", {}, this.svg);
    this.legend = document.getElementById("legend");
    this.on = false;
    picture.onMove(() => this.follow());
  }

  follow() {
    if (!this.on || !this.picture.isOpen) return;
    const { x, y, scale } = this.picture.place;
    this.moved.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
  }

  setOpacity(share) {
    this.svg.style.setProperty("opacity", Math.min(1, 2 * share));
  }

  async show(on) {
    this.on = on;
    const profiles = on ? [...(await this.widths.load()).values()] : [];
    if (this.on !== on) return;
    this.moved.replaceChildren();
    this.legend.replaceChildren();
    this.legend.hidden = !on;
    if (!on) return;
    this.#draw(profiles.filter(({ crack }) => crack && crack.verdict !== "rejected"));
    this.follow();
  }

  #draw(profiles) {
    // Where the scale reaches only some of the cracks, the others would be measured with another stick.
    const unit = profiles.some((profile) => profile.unit === "mm") ? "mm" : "px";
    const shown = profiles.filter((profile) => profile.unit === unit);
    const sorted = shown.flatMap(({ samples }) => samples.map(({ width }) => width)).sort((one, other) => one - other);
    const most = sorted[Math.floor(LAST * (sorted.length - 1))] || 1;
    const shapes = new Map();
    for (const profile of shown) gather(profile, most, shapes);
    for (const [below, name] of [[true, "width__casing is-below"], [false, "width__casing"]]) {
      const parts = [...shapes.values()].filter((one) => one.below === below);
      line(this.moved, name, parts.map(({ shape }) => shape.join("")).join(""));
    }
    for (const { step, below, shape } of [...shapes.values()].sort((one, other) => one.step - other.step)) {
      line(this.moved, below ? "width__line is-below" : "width__line", shape.join("")).setAttribute("stroke", colour(step));
    }
    const below = [...shapes.values()].some((shape) => shape.below);
    drawLegend(this.legend, most, unit, below, sorted.at(-1) > most);
  }
}

// Samples that follow each other in one colour are one stroke.
function gather(profile, most, shapes) {
  for (const piece of profile.pieces) {
    let last = null;
    for (let index = 1; index < piece.length; index += 1) {
      const [from, to] = [piece[index - 1], piece[index]];
      const mean = (from.width + to.width) / 2;
      const step = Math.min(STEPS - 1, Math.floor((mean / most) * STEPS));
      const below = profile.isBelow({ width: mean });
      const key = `${step} ${below}`;
      if (!shapes.has(key)) shapes.set(key, { step, below, shape: [] });
      const { shape } = shapes.get(key);
      if (key !== last) shape.push(`M${point(from)}`);
      shape.push(`L${point(to)}`);
      last = key;
    }
  }
}

function point({ x, y }) {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}

function line(parent, name, shape) {
  return make("path", { class: name, d: shape, "vector-effect": "non-scaling-stroke" }, parent);
}

// The colour of one of the steps, mixed from the two stops beside it.
function colour(step) {
  const place = (step / (STEPS - 1)) * (VIRIDIS.length - 1);
  const index = Math.min(VIRIDIS.length - 2, Math.floor(place));
  const [low, high] = [VIRIDIS[index], VIRIDIS[index + 1]].map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  return `rgb(${low.map((value, channel) => Math.round(value + (high[channel] - value) * (place - index))).join(" ")})`;
}

function drawLegend(box, most, unit, hasBelow, isCut) {
  const { width, height, bar, margin } = LEGEND;
  const svg = make("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, box);
  const length = width - 2 * margin;
  for (let step = 0; step < STEPS; step += 1) {
    make("rect", { x: margin + (step * length) / STEPS, y: 0, width: length / STEPS + 0.5, height: bar, fill: colour(step) }, svg);
  }
  const marks = ticks(most, 4);
  for (const [index, mark] of marks.entries()) {
    const x = margin + (mark / most) * length;
    make("line", { x1: x, x2: x, y1: bar, y2: bar + 4 }, svg);
    const last = index === marks.length - 1;
    write(svg, localised(mark), { x, y: bar + 17, "text-anchor": index === 0 ? "start" : last && x > width - 30 ? "end" : "middle" });
  }
  const words = [interpolate(gettext("Width, %(unit)s"), { unit }, true)];
  const brightest = localised(Number(most).toPrecision(2));
  if (isCut) words.push(interpolate(gettext("%(width)s and more in the brightest"), { width: brightest }, true));
  if (hasBelow) words.push(gettext("dotted below the floor"));
  const caption = document.createElement("p");
  caption.textContent = words.join("; ");
  box.append(caption);
}
