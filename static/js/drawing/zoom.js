// How large a pixel of the photo is on the screen: one, two, three or four, never less than one of the screen's own.

import { recall, remember } from "../remembered.js";

const MOST = 4;

export class Zoom {
  constructor(name, onChange) {
    Object.assign(this, { name, onChange });
    this.steps = Math.min(MOST, Math.max(1, Math.round(recall(name, 1))));
  }

  // Pixels of the style sheet for one of the photo; whole pixels of the screen.
  get scale() {
    return (this.steps * Math.max(1, Math.round(devicePixelRatio))) / devicePixelRatio;
  }

  to(steps) {
    const wanted = Math.min(MOST, Math.max(1, steps));
    if (wanted === this.steps) return;
    this.steps = wanted;
    remember(this.name, wanted);
    this.onChange();
  }

  by(step) {
    this.to(this.steps + step);
  }
}
