// How far we are: what was said last, and beside it the counts, which go along with each decision at once.

import { fixed } from "../numbers.js";

export class Progress {
  constructor() {
    this.said = document.getElementById("said");
    this.counts = document.getElementById("counts");
    this.known = null;
    this.waiting = [];
  }

  say(sentence) {
    this.said.textContent = sentence;
  }

  // What the server counts; it knows nothing of what still waits here.
  correct({ left, secondsEach, today }) {
    this.known = { left, secondsEach, today };
    this.draw();
  }

  // `waiting`: what each decision that is on its way changes. `arrived`: what one changed that the server has by now.
  expect(waiting, arrived = null) {
    this.waiting = waiting;
    if (arrived && this.known) this.known = { ...this.known, left: this.known.left + arrived.left, today: this.known.today + arrived.today };
    this.draw();
  }

  draw() {
    if (!this.known) return;
    const count = (name) => Math.max(0, this.waiting.reduce((sum, change) => sum + change[name], this.known[name]));
    const [left, today] = [count("left"), count("today")];
    const minutes = Math.max(1, Math.round((left * this.known.secondsEach) / 60));
    const time = minutes < 90
      ? interpolate(gettext("about %(minutes)s min"), { minutes }, true)
      : interpolate(gettext("about %(hours)s h"), { hours: fixed(minutes / 60, 1) }, true);
    const told = { left: grouped(left), time, today: grouped(today) };
    const sentence = left ? gettext("%(left)s left, %(time)s; %(today)s decided today") : gettext("%(today)s decided today");
    this.counts.textContent = interpolate(sentence, told, true);
  }
}

const grouped = (count) => count.toLocaleString("en-GB").replaceAll(",", "\u202f");
