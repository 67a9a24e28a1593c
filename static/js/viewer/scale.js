// The scale's panel: what a typed distance or a marked length would make of the cracks, before it is saved.

import { bound, significant, width } from "./quantities.js";

// docs/scale.md, 95 %, as shares of the scale: how square the photo is, and what the lens bends.
const TILT = 0.035;
const LENS = 0.01;
const CLICKS_PX = 1.96 * Math.SQRT2;
const USUAL_DISTANCE = 0.1;
const USUAL_LENGTH = 0.01;
const USUAL_LENGTH_MM = 0.5;
const NEAREST_PX = 10;

export class ScalePanel {
  constructor(scene, list) {
    Object.assign(this, { scene, list });
    document.addEventListener("input", (event) => {
      if (event.target.closest("#scale")) this.preview();
    });
    document.addEventListener("click", (event) => {
      if (event.target.closest("#mark-ends")) this.#mark();
    });
    // A refusal is the panel with the reasons: only the refused form takes its place, what is typed elsewhere stays.
    document.addEventListener("htmx:beforeSwap", (event) => {
      const { target, xhr, requestConfig } = event.detail;
      if (target.id !== "scale" || xhr.status !== 400) return;
      const form = requestConfig.elt.closest("form");
      Object.assign(event.detail, { shouldSwap: true, isError: false, target: form, selectOverride: `#${form.id}` });
    });
    document.addEventListener("htmx:afterSettle", () => {
      this.#reveal();
      this.preview();
    });
  }

  attach(ends) {
    this.ends = ends;
    this.#reveal();
    this.preview();
  }

  #reveal() {
    for (const element of document.querySelectorAll("#scale [data-marking]")) element.hidden = !this.ends;
  }

  #mark() {
    this.ends.mark(!this.ends.isMarking);
    if (this.ends.isMarking) this.ends.picture.viewer.element.scrollIntoView({ block: "nearest" });
  }

  preview() {
    this.ends?.draw();
    say("length-preview", this.#length());
    say("distance-preview", this.#distance());
  }

  #length() {
    const [mm, u95] = [number("length_mm"), number("length_u95_mm")];
    const [start, stop] = this.ends?.points ?? [null, null];
    if (!start || !stop) return "";
    const px = Math.hypot(stop[0] - start[0], stop[1] - start[1]);
    if (px < NEAREST_PX) return gettext("The ends must be at least 10 px apart.");
    const marked = interpolate(gettext("%(px)s px marked."), { px: px.toFixed(0) }, true);
    if (!(mm > 0)) return marked;
    const unsure = Math.min(u95 > 0 ? u95 : Math.max(USUAL_LENGTH_MM, USUAL_LENGTH * mm), mm / 2);
    const share = Math.hypot(CLICKS_PX / px, unsure / mm, TILT, LENS);
    return `${marked} ${this.#effect("known_length", mm / px, share)}`;
  }

  #distance() {
    const [metres, u95] = [number("distance_m"), number("distance_u95_m")];
    if (!(metres > 0)) return "";
    const { focal } = this.scene.scale;
    if (!focal) return gettext("The photo does not say its focal length: a distance may give no scale. Mark a known length.");
    const share = Math.hypot(focal.share, (u95 > 0 ? u95 : USUAL_DISTANCE * metres) / metres);
    return this.#effect("photo_distance", (1000 * metres) / focal.px, share);
  }

  // What a scale would be, and what it would make of the selected crack, or else of the widest.
  #effect(source, mmPerPx, share) {
    const { scale } = this.scene;
    const order = Object.keys(scale.words);
    const found = { scale: significant(mmPerPx), share: (100 * share).toFixed(0) };
    const would = interpolate(gettext("Would be %(scale)s mm per px ± %(share)s %."), found, true);
    const first = scale.mmPerPx && order.indexOf(scale.source) < order.indexOf(source);
    const before = { source: scale.words[scale.source] };
    const note = first ? interpolate(gettext("The %(source)s goes before it; this would check it."), before, true) : "";
    return [would, this.#crack(mmPerPx, share), note].filter(Boolean).join(" ");
  }

  #crack(mmPerPx, share) {
    const chosen = this.list.cracks.get(this.list.selected);
    const crack = chosen?.widest[0] ? chosen : widest([...this.list.cracks.values()]);
    if (!crack) return "";
    const [px, u95] = crack.widest;
    const mm = px * mmPerPx;
    const unsure = Math.hypot(u95 * mmPerPx, mm * share);
    const floor = this.scene.scale.floor;
    const isBelow = floor && px < (floor.px ?? Infinity);
    const reads = isBelow ? bound(mm + unsure, "mm") : width(mm, unsure, "mm");
    const words = crack === chosen ? gettext("Crack %(number)s would be %(width)s at its widest.") : gettext("Crack %(number)s, the widest, would be %(width)s at its widest.");
    return interpolate(words, { number: crack.number, width: reads }, true);
  }
}

function widest(cracks) {
  const standing = cracks.filter((crack) => crack.widest[0] && crack.verdict !== "rejected");
  return standing.reduce((best, crack) => (!best || crack.widest[0] > best.widest[0] ? crack : best), null);
}

function number(name) {
  const value = document.getElementById(`scale_${name}`)?.value;
  return value ? Number(value) : NaN;
}

function say(id, words) {
  const line = document.getElementById(id);
  if (line && line.textContent !== words) line.textContent = words;
}
