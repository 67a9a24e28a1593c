// Numbers as the pages write them: the decimals that the uncertainty allows, a narrow space before the unit.

import { fixed } from "../numbers.js";

const NARROW = "\u202f";
const MOST_DECIMALS = 3;

export function withUnit(number, unit) {
  return `${number}${NARROW}${unit}`;
}

function decimals(u95) {
  return u95 > 0 ? Math.min(MOST_DECIMALS, Math.max(0, 1 - Math.floor(Math.log10(u95)))) : 2;
}

// A width ± its 95 % uncertainty: in mm with two digits of it, in px with one decimal.
export function width(value, u95, unit) {
  const digits = unit === "mm" ? decimals(u95) : 1;
  return withUnit(`${fixed(value, digits)}${NARROW}±${NARROW}${fixed(u95, digits)}`, unit);
}

// What a width below the floor is less than, rounded up so that it holds.
export function bound(value, unit) {
  const digits = unit === "px" ? 1 : value >= 0.1 ? 2 : MOST_DECIMALS;
  const step = 10 ** digits;
  return `<${NARROW}${withUnit(fixed(Math.ceil(Number((value * step).toFixed(6))) / step, digits), unit)}`;
}

// A length: on the surface in mm, from one metre on in m.
export function length(value, unit) {
  if (unit === "mm" && value >= 1000) return withUnit(fixed(value / 1000, 2), "m");
  return withUnit(fixed(value, unit === "mm" && value < 100 ? 1 : 0), unit);
}

// Three significant digits, never as a power of ten.
export function significant(value) {
  return fixed(value, Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(value)))));
}

// Round numbers from 0 up to `most`, about `count` of them.
export function ticks(most, count) {
  if (!(most > 0)) return [0];
  const raw = most / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= raw * 0.999) * power;
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, index) => (index * step).toFixed(digits));
}
