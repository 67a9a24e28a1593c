// Opacity and threshold: they act on the picture at once, and say in numbers what is seen.

import { fixed } from "../numbers.js";
import { recall, remember } from "../remembered.js";

const STEPS = [0, 50, 100];

export class Sliders {
  constructor(scene, apply) {
    Object.assign(this, { apply, traced: scene.threshold });
    const [opacity, threshold, reset] = ["opacity", "threshold", "threshold-reset"].map((id) => document.getElementById(id));
    Object.assign(this, { opacity, threshold, reset });
    opacity.value = recall("opacity", 80);
    threshold.value = this.traced;
    opacity.addEventListener("input", () => this.#showOpacity());
    threshold.addEventListener("input", () => this.#showThreshold());
    reset.addEventListener("click", () => this.#setThreshold(this.traced));
    this.#showOpacity();
  }

  ready(heat) {
    this.heat = heat;
    this.#showThreshold();
  }

  fail() {
    document.getElementById("threshold-reading").textContent = gettext("The network’s map of this photo cannot be loaded.");
    this.threshold.disabled = true;
  }

  cycleOpacity() {
    const now = Number(this.opacity.value);
    this.opacity.value = STEPS.find((step) => step > now) ?? STEPS[0];
    this.#showOpacity();
  }

  moveThreshold(by) {
    this.#setThreshold(Number(this.threshold.value) + by);
  }

  #setThreshold(value) {
    this.threshold.value = value;
    this.#showThreshold();
  }

  #showOpacity() {
    const percent = Number(this.opacity.value);
    document.getElementById("opacity-value").textContent = `${percent} %`;
    remember("opacity", percent);
    this.apply.opacity(percent / 100);
  }

  #showThreshold() {
    const value = Number(this.threshold.value);
    document.getElementById("threshold-value").textContent = fixed(value, 2);
    this.reset.disabled = Math.abs(value - this.traced) < 0.005;
    const [measure, asked] = ["measure-again", "measure-threshold"].map((id) => document.getElementById(id));
    if (measure) [measure.disabled, asked.value] = [this.reset.disabled, value.toFixed(2)];
    if (!this.heat) return;
    this.apply.threshold(value);
    const { shown, share, reduction } = this.heat.reading(value);
    const percent = (100 * share).toLocaleString(document.documentElement.lang, { maximumSignificantDigits: 3 });
    const pixels = shown.toLocaleString("en-GB").replaceAll(",", "\u202f");
    // A reduced map keeps the strongest of the pixels it joins, so its shares read a little high.
    const words = reduction > 1 ? gettext("%(pixels)s px shown, %(percent)s % of a map reduced %(times)s times") : gettext("%(pixels)s px shown, %(percent)s %");
    const told = { pixels, percent, times: fixed(reduction, 1) };
    document.getElementById("threshold-reading").textContent = interpolate(words, told, true);
  }
}
