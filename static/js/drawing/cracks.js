// Cracks as lines over a picture: two pixels at any zoom, in a dark casing.

import { make } from "../viewer/svg.js";

export function shapeOf(lines) {
  return lines.map((line) => `M${line.map(([x, y]) => `${x + 0.5} ${y + 0.5}`).join("L")}`).join("");
}

export function drawCrack(parent, crack) {
  const marks = { class: "crack", "data-verdict": crack.verdict, "data-id": crack.id };
  const group = make("g", crack.drawn ? { ...marks, "data-drawn": "" } : marks, parent);
  const d = shapeOf(crack.lines);
  for (const name of ["crack__casing", "crack__line"]) {
    make("path", { class: name, d, "vector-effect": "non-scaling-stroke" }, group);
  }
  return group;
}

// How far a place is from a crack's lines, pixels.
export function distanceTo(crack, x, y) {
  let least = Infinity;
  for (const line of crack.lines) {
    for (let index = 0; index < line.length; index += 1) {
      const [[ax, ay], [bx, by]] = [line[index], line[Math.min(index + 1, line.length - 1)]];
      const [dx, dy] = [bx - ax, by - ay];
      const along = dx || dy ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy))) : 0;
      least = Math.min(least, (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2);
    }
  }
  return Math.sqrt(least);
}
