// The other cracks of the photo, drawn faintly; those that belong to this one are chosen in the picture or in the list.

import { distanceTo, drawCrack } from "../drawing/cracks.js";
import { make } from "../viewer/svg.js";

const NEAREST = 5;

export class Neighbours {
  constructor(easel, scene) {
    this.chosen = new Set();
    this.onChange = () => {};
    const own = scene.cracks.find(({ id }) => id === scene.finding?.id);
    this.others = scene.cracks.filter((crack) => crack !== own && crack.verdict !== "rejected");
    this.list = document.getElementById("neighbour-rows");
    this.layer = make("g", { class: "neighbours" });
    easel.moved.prepend(this.layer);
    this.groups = new Map(this.others.map((crack) => [crack.id, drawCrack(this.layer, crack)]));
    if (own && this.list) this.#offer(own);
  }

  #offer(own) {
    const apart = (crack) => Math.min(...own.lines.flat().filter((_, index) => index % 4 === 0).map(([x, y]) => distanceTo(crack, x, y)));
    const near = this.others.map((crack) => [apart(crack), crack]);
    near.sort(([one], [other]) => one - other);
    for (const [distance, crack] of near.slice(0, NEAREST)) {
      const row = this.list.appendChild(document.createElement("li"));
      const label = row.appendChild(document.createElement("label"));
      label.className = "check";
      const box = label.appendChild(Object.assign(document.createElement("input"), { type: "checkbox", value: crack.id }));
      const words = gettext("Crack %(number)s, %(width)s wide, %(distance)s px away");
      const values = { number: crack.number, width: crack.width, distance: Math.round(distance) };
      label.append(interpolate(words, values, true));
      box.addEventListener("change", () => this.#choose(crack.id, box.checked));
    }
    document.getElementById("neighbours").hidden = !near.length;
  }

  #choose(id, on) {
    if (on) this.chosen.add(id);
    else this.chosen.delete(id);
    this.groups.get(id).classList.toggle("is-selected", on);
    const box = this.list.querySelector(`[value="${id}"]`);
    if (box) box.checked = on;
    this.onChange(this.chosen.size);
  }

  // Chooses, or no longer, the crack nearest to a place on the photo.
  toggle([x, y], reach) {
    let [best, least] = [null, reach];
    for (const crack of this.others) {
      const distance = distanceTo(crack, x, y);
      if (distance < least) [best, least] = [crack, distance];
    }
    if (best) this.#choose(best.id, !this.chosen.has(best.id));
  }
}
