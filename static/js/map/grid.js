// What lies under a map without tiles: lines of latitude and longitude with their degrees, drawn for the present view.

/* global gettext, interpolate */
import { make, write } from "../viewer/svg.js";

const APART = 90;
const STEPS = [45, 30, 20, 10];

// 5, 2, 1, 0.5 … degrees: the smallest step whose lines stand at least APART pixels from each other.
function stepFor(degreesPerPixel) {
  const least = degreesPerPixel * APART;
  if (least > 10) return STEPS.findLast((step) => step >= least) ?? STEPS[0];
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((nice) => nice * power).find((step) => step >= least);
}

function degrees(value, step, [positive, negative]) {
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return interpolate(value < 0 ? negative : positive, { n: Math.abs(value).toFixed(digits) }, true);
}

export function drawGrid(map) {
  const svg = make("svg", { class: "atlas__grid", "aria-hidden": "true" });
  map.getContainer().prepend(svg);
  const north = [gettext("%(n)s° N"), gettext("%(n)s° S")];
  const east = [gettext("%(n)s° E"), gettext("%(n)s° W")];

  function draw() {
    const { x: width, y: height } = map.getSize();
    const bounds = map.getBounds();
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const across = stepFor((bounds.getEast() - bounds.getWest()) / width);
    const up = stepFor((bounds.getNorth() - bounds.getSouth()) / height);
    let shape = "";
    for (let n = Math.ceil(bounds.getWest() / across); n * across <= bounds.getEast(); n += 1) {
      const { x } = map.latLngToContainerPoint([bounds.getSouth(), n * across]);
      shape += `M${x} 0V${height}`;
      write(svg, degrees(n * across, across, east), { class: "atlas__degrees", x: x + 4, y: 14 });
    }
    for (let n = Math.ceil(bounds.getSouth() / up); n * up <= bounds.getNorth(); n += 1) {
      const { y } = map.latLngToContainerPoint([n * up, bounds.getWest()]);
      shape += `M0 ${y}H${width}`;
      if (y > 28) write(svg, degrees(n * up, up, north), { class: "atlas__degrees", x: width - 6, y: y - 4, "text-anchor": "end" });
    }
    svg.prepend(make("path", { class: "atlas__lines", d: shape }));
  }

  map.on("move zoom viewreset resize", draw);
}
