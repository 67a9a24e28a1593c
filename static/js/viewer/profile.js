// The width along the selected crack: a plot with its uncertainty, and a cursor that shows the place on the photo.

import { fixed, localised } from "../numbers.js";
import { length, ticks, width } from "./quantities.js";
import { make, write } from "./svg.js";

const HEIGHT = 148;
const MARGIN = { left: 44, right: 34, top: 16, bottom: 30 };
const APART = 18;
const WORD = 12;
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity };

export class ProfilePlot {
  // `onPlace` hears of the sample under the cursor, null when there is none; `onGo` when somebody wants to go there.
  constructor(limits, { onPlace, onGo }) {
    Object.assign(this, { limits, onPlace, onGo });
    this.plot = document.getElementById("profile-plot");
    this.reading = document.getElementById("profile-reading");
    this.plot.addEventListener("pointermove", (event) => this.#follow(event));
    this.plot.addEventListener("pointerdown", (event) => this.#follow(event));
    this.plot.addEventListener("click", () => this.here && this.onGo(this.here));
    this.plot.addEventListener("keydown", (event) => this.#step(event));
    new ResizeObserver(() => this.#draw()).observe(this.plot);
  }

  say(words) {
    this.plot.hidden = true;
    this.reading.textContent = words;
    document.getElementById("profile-words").textContent = "";
    this.samples = [];
  }

  show(profile) {
    this.profile = profile;
    this.here = null;
    this.samples = profile.placed.flatMap(({ branch, samples }) => samples.map((sample) => ({ ...sample, branch })));
    this.plot.hidden = false;
    this.plot.setAttribute("aria-valuemax", this.samples.length - 1);
    const widths = this.samples.map((sample) => sample.width).sort((one, other) => one - other);
    const [least, most] = [widths[0], widths.at(-1)].map((value) => fixed(value, 2));
    const branches = this.profile.lengths.length - 1;
    const told = { number: profile.crack.number, length: this.#along(this.#total), least, most, unit: profile.unit, median: fixed(widths[widths.length >> 1], 2) };
    const words = interpolate(gettext("Width along crack %(number)s, %(length)s long: from %(least)s to %(most)s %(unit)s, median %(median)s."), told, true);
    const forks = interpolate(gettext("Branches: %(count)s."), { count: branches }, true);
    document.getElementById("profile-words").textContent = branches ? `${words} ${forks}` : words;
    this.reading.textContent = gettext("Point at the plot, or use the arrow keys, to see a place on the photo.");
    this.#draw();
    this.#announce(0);
  }

  // Put the cursor on the sample nearest to a place on the photo.
  seek(x, y) {
    let [best, least] = [null, Infinity];
    for (const [index, sample] of (this.samples ?? []).entries()) {
      const squared = (sample.x - x) ** 2 + (sample.y - y) ** 2;
      if (squared < least) [best, least] = [index, squared];
    }
    if (best !== null) this.#put(best);
  }

  get #total() {
    return this.profile.lengths.reduce((sum, part) => sum + part, 0);
  }

  #along(px) {
    const { lengthMm, lengthPx } = this.profile.crack;
    return this.profile.unit === "mm" && lengthMm ? length((px * lengthMm) / lengthPx, "mm") : length(px, "px");
  }

  #draw() {
    if (this.plot.hidden || !this.samples?.length) return;
    const across = Math.max(220, this.plot.clientWidth);
    const { lengths, floor } = this.profile;
    const room = across - MARGIN.left - MARGIN.right - APART * (lengths.length - 1);
    const starts = lengths.map((_, branch) => lengths.slice(0, branch).reduce((sum, part) => sum + part, 0));
    const widest = Math.max(...this.samples.map((sample) => sample.width));
    const reach = Math.min(2 * widest, Math.max(...this.samples.map((sample) => sample.width + sample.u95)));
    const most = Math.max(1.08 * reach, floor < 2 * reach ? 1.1 * floor : 0) || 1;
    this.x = (sample) => MARGIN.left + ((starts[sample.branch] + sample.at) / this.#total) * room + APART * sample.branch;
    this.y = (value) => HEIGHT - MARGIN.bottom - (Math.max(0, Math.min(value, most)) / most) * (HEIGHT - MARGIN.top - MARGIN.bottom);
    this.svg = make("svg", { width: across, height: HEIGHT, viewBox: `0 0 ${across} ${HEIGHT}`, "aria-hidden": "true" });
    this.#axes(across, most);
    for (const { branch, samples } of this.profile.placed) this.#piece(samples.map((sample) => ({ ...sample, branch })));
    this.cursor = make("g", { class: "profile__cursor" }, this.svg);
    this.plot.replaceChildren(this.svg);
    if (this.here) this.#mark();
  }

  #axes(across, most) {
    const { lengths, floor, unit } = this.profile;
    const right = across - MARGIN.right;
    for (const mark of ticks(most, 5)) {
      make("line", { class: "profile__grid", x1: MARGIN.left, x2: right, y1: this.y(mark), y2: this.y(mark) }, this.svg);
      write(this.svg, localised(mark), { x: MARGIN.left - 6, y: this.y(mark) + 4, "text-anchor": "end" });
    }
    write(this.svg, interpolate(gettext("width, %(unit)s"), { unit }, true), { x: 4, y: 10 });
    lengths.forEach((part, branch) => {
      const [from, to] = [this.x({ branch, at: 0 }), this.x({ branch, at: part })];
      make("line", { class: "profile__axis", x1: from, x2: to, y1: this.y(0), y2: this.y(0) }, this.svg);
      if (branch) make("line", { class: "profile__fork", x1: from - APART / 2, x2: from - APART / 2, y1: MARGIN.top, y2: this.y(0) }, this.svg);
      if (branch && to - from > 54) write(this.svg, interpolate(gettext("branch %(branch)s"), { branch }, true), { x: (from + to) / 2, y: MARGIN.top - 4, "text-anchor": "middle" });
    });
    this.#distances();
    const limits = unit === "mm" ? this.limits.map(({ mm, state }) => ({ value: mm, name: "profile__limit", words: state })) : [];
    const levels = [...limits, { value: floor, name: "profile__floor", words: gettext("floor") }];
    this.#levels(levels.filter(({ value }) => value > 0 && value < most), across);
  }

  #distances() {
    const { crack, lengths } = this.profile;
    const perPx = this.profile.unit === "mm" && crack.lengthMm ? crack.lengthMm / crack.lengthPx : 1;
    const unit = perPx === 1 && !crack.lengthMm ? "px" : this.profile.unit;
    const main = this.x({ branch: 0, at: lengths[0] }) - MARGIN.left;
    const marks = ticks(lengths[0] * perPx, Math.max(2, Math.floor(main / 64)));
    for (const [index, mark] of marks.entries()) {
      const x = this.x({ branch: 0, at: mark / perPx });
      make("line", { class: "profile__axis", x1: x, x2: x, y1: this.y(0), y2: this.y(0) + 4 }, this.svg);
      const words = index === marks.length - 1 ? `${localised(mark)} ${unit}` : localised(mark);
      write(this.svg, words, { x, y: HEIGHT - MARGIN.bottom + 17, "text-anchor": "middle" });
    }
  }

  // Lines across the plot, their words beside them and never on top of each other.
  #levels(levels, across) {
    let free = HEIGHT;
    for (const { value, name, words } of levels.sort((one, other) => one.value - other.value)) {
      const y = this.y(value);
      make("line", { class: name, x1: MARGIN.left, x2: across - MARGIN.right, y1: y, y2: y }, this.svg);
      free = Math.min(free - WORD, y + 4);
      write(this.svg, words, { class: `${name}-word`, x: across - MARGIN.right + 4, y: free });
    }
  }

  #piece(samples) {
    const at = (sample, value) => `${this.x(sample).toFixed(1)} ${this.y(value).toFixed(1)}`;
    const upper = samples.map((sample) => at(sample, sample.width + sample.u95));
    const lower = samples.map((sample) => at(sample, sample.width - sample.u95)).reverse();
    make("path", { class: "profile__band", d: `M${[...upper, ...lower].join("L")}Z` }, this.svg);
    const shape = samples.map((sample) => at(sample, sample.width)).join("L");
    make("path", { class: "profile__line", d: `M${shape}${samples.length === 1 ? "h.1" : ""}` }, this.svg);
  }

  #follow(event) {
    if (!this.svg || !this.samples.length) return;
    const x = event.clientX - this.plot.getBoundingClientRect().left;
    let [best, least] = [0, Infinity];
    for (const [index, sample] of this.samples.entries()) {
      const away = Math.abs(this.x(sample) - x);
      if (away < least) [best, least] = [index, away];
    }
    this.#put(best);
  }

  #step(event) {
    const step = KEYS[event.key];
    if (step === undefined || !this.samples?.length) {
      if (event.key === "Enter" && this.here) this.onGo(this.here);
      return;
    }
    event.preventDefault();
    const now = this.here ? this.index + step : step === Infinity ? Infinity : 0;
    this.#put(Math.max(0, Math.min(this.samples.length - 1, now)));
  }

  #put(index) {
    this.index = index;
    this.here = this.samples[index];
    this.#mark();
    this.#announce(index);
    this.reading.textContent = this.plot.getAttribute("aria-valuetext");
    this.onPlace(this.here);
  }

  #announce(index) {
    const sample = this.samples[index];
    const told = { branch: sample.branch, place: this.#along(sample.at), width: width(sample.width, sample.u95, this.profile.unit) };
    const words = sample.branch ? gettext("branch %(branch)s, at %(place)s: %(width)s") : gettext("at %(place)s: %(width)s");
    const reading = interpolate(words, told, true);
    const below = interpolate(gettext("%(reading)s, below the floor"), { reading }, true);
    this.plot.setAttribute("aria-valuenow", index);
    this.plot.setAttribute("aria-valuetext", this.profile.isBelow(sample) ? below : reading);
  }

  #mark() {
    if (!this.cursor) return;
    const [x, y] = [this.x(this.here), this.y(this.here.width)];
    this.cursor.replaceChildren();
    make("line", { x1: x, x2: x, y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom }, this.cursor);
    make("circle", { cx: x, cy: y, r: 3.5 }, this.cursor);
  }
}
