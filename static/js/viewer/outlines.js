// The traced cracks as lines over the photo: two pixels wide at any zoom, with a dark casing.

const SVG = "http://www.w3.org/2000/svg";
const REACH = 10;

export class Outlines {
  constructor(layers, picture, scene) {
    this.picture = picture;
    this.cracks = scene.cracks;
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("class", "viewer__lines");
    this.svg.setAttribute("aria-hidden", "true");
    this.moved = this.svg.appendChild(document.createElementNS(SVG, "g"));
    this.groups = new Map(scene.cracks.map((crack) => [crack.id, this.moved.appendChild(drawn(crack))]));
    this.place = this.svg.appendChild(document.createElementNS(SVG, "circle"));
    this.place.setAttribute("class", "viewer__place-mark");
    this.place.setAttribute("r", 9);
    this.markPlace(null);
    layers.append(this.svg);
    picture.onMove(() => this.follow());
  }

  follow() {
    if (!this.picture.isOpen) return;
    const { x, y, scale } = this.picture.place;
    this.moved.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
    if (!this.marked) return;
    this.place.setAttribute("cx", x + this.marked.x * scale);
    this.place.setAttribute("cy", y + this.marked.y * scale);
  }

  // A ring around a place on the photo, pixels; null takes it away.
  markPlace(place) {
    this.marked = place;
    this.place.setAttribute("visibility", place ? "visible" : "hidden");
    if (place) this.follow();
  }

  // The colours of the widths take the place of the verdicts'.
  setByWidth(on) {
    this.svg.classList.toggle("is-by-width", on);
  }

  // Lines stay clear while what the network saw fades; only the last half of the slider takes them along.
  setOpacity(share) {
    this.svg.style.setProperty("opacity", Math.min(1, 2 * share));
  }

  setVerdict(id, verdict) {
    this.groups.get(id)?.setAttribute("data-verdict", verdict);
  }

  select(id) {
    for (const [other, group] of this.groups) group.classList.toggle("is-selected", other === id);
    // The last one drawn lies on top.
    const group = this.groups.get(id);
    if (group) this.moved.append(group);
  }

  point(id, on) {
    this.groups.get(id)?.classList.toggle("is-pointed", on);
  }

  // The crack nearest to a place on the photo, within a finger's reach on the screen.
  nearest({ x, y }) {
    const reach = REACH / this.picture.place.scale;
    let [best, least] = [null, reach * reach];
    for (const crack of this.cracks) {
      const [x0, y0, x1, y1] = crack.box;
      if (x < x0 - reach || x > x1 + reach || y < y0 - reach || y > y1 + reach) continue;
      const distance = Math.min(...crack.lines.map((line) => squaredDistance(line, x, y)));
      if (distance < least) [best, least] = [crack, distance];
    }
    return best;
  }
}

function drawn(crack) {
  const group = document.createElementNS(SVG, "g");
  group.setAttribute("class", "crack");
  group.setAttribute("data-verdict", crack.verdict);
  if (crack.drawn) group.setAttribute("data-drawn", "");
  const shape = crack.lines.map((line) => `M${line.map(([x, y]) => `${x + 0.5} ${y + 0.5}`).join("L")}`).join("");
  for (const name of ["crack__casing", "crack__line"]) {
    const path = group.appendChild(document.createElementNS(SVG, "path"));
    path.setAttribute("class", name);
    path.setAttribute("d", shape);
    path.setAttribute("vector-effect", "non-scaling-stroke");
  }
  return group;
}

function squaredDistance(line, x, y) {
  let least = Infinity;
  for (let index = 0; index < line.length; index += 1) {
    const [[ax, ay], [bx, by]] = [line[index], line[Math.min(index + 1, line.length - 1)]];
    const [dx, dy] = [bx - ax, by - ay];
    const along = dx || dy ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy))) : 0;
    least = Math.min(least, (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2);
  }
  return least;
}
