// The widths along the cracks, loaded when somebody first wants to see them.

const REST = 1e-9;

export class Widths {
  constructor(scene) {
    this.address = scene.widths;
    this.scale = scene.scale;
    this.cracks = scene.cracks;
  }

  // A map from the numbers of the cracks to their profiles; one request, however often it is asked for.
  load() {
    this.asked ||= this.#load().catch((error) => {
      this.asked = null;
      throw error;
    });
    return this.asked;
  }

  async #load() {
    if (!this.address) return new Map();
    const answer = await fetch(this.address);
    if (!answer.ok) throw new Error(`The widths answered ${answer.status}.`);
    const { step_px: step, cracks } = await answer.json();
    const byNumber = new Map(this.cracks.map((crack) => [crack.number, crack]));
    return new Map(cracks.map((columns) => [columns.number, new Profile(columns, step, byNumber.get(columns.number), this.scale)]));
  }
}

// The samples along one crack. `unit` is mm where the scale is known there; `pieces` are unbroken runs of samples.
export class Profile {
  constructor(columns, step, crack, scale) {
    this.crack = crack;
    this.unit = scale.mmPerPx && columns.s ? "mm" : "px";
    const share = this.unit === "mm" ? scale.u95 / scale.mmPerPx : 0;
    this.floor = !scale.floor ? 0 : ((this.unit === "mm" ? scale.floor.mm : scale.floor.px) ?? Infinity);
    this.samples = columns.x.map((x, index) => {
      const perPx = this.unit === "mm" ? columns.s[index] : 1;
      const width = columns.w[index] * perPx;
      return { x: x + 0.5, y: columns.y[index] + 0.5, width, u95: Math.hypot(columns.u[index] * perPx, share * width) };
    });
    this.pieces = broken(this.samples, step);
  }

  isBelow(sample) {
    return sample.width < this.floor;
  }

  // Each sample with its place along the crack: the branch it lies on, 0 for the main line, and how far along in px.
  get placed() {
    if (this.known || !this.crack) return this.known ?? [];
    const lines = this.crack.lines.map((line) => line.map(([x, y]) => [x + 0.5, y + 0.5]));
    const lengths = lines.map((line) => line.slice(1).reduce((sum, point, index) => sum + apart(line[index], point), 0));
    this.known = this.pieces
      .map((piece) => {
        const middle = piece[piece.length >> 1];
        const found = lines.map((line) => nearest(line, middle).squared);
        const branch = found.indexOf(Math.min(...found));
        const along = piece.map((sample) => ({ ...sample, at: nearest(lines[branch], sample).at }));
        return { branch, samples: along.sort((one, other) => one.at - other.at) };
      })
      .sort((one, other) => one.branch - other.branch || one.samples[0].at - other.samples[0].at);
    this.lengths = lengths;
    return this.known;
  }
}

function broken(samples, step) {
  const pieces = [];
  samples.forEach((sample, index) => {
    const before = samples[index - 1];
    if (!before || Math.hypot(sample.x - before.x, sample.y - before.y) > step) pieces.push([]);
    pieces.at(-1).push(sample);
  });
  return pieces;
}

function apart([ax, ay], [bx, by]) {
  return Math.hypot(bx - ax, by - ay);
}

function nearest(line, { x, y }) {
  let [best, passed] = [{ squared: Infinity, at: 0 }, 0];
  for (let index = 1; index < line.length; index += 1) {
    const [[ax, ay], [bx, by]] = [line[index - 1], line[index]];
    const [dx, dy] = [bx - ax, by - ay];
    const size = Math.hypot(dx, dy);
    const share = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (size * size + REST)));
    const squared = (x - ax - share * dx) ** 2 + (y - ay - share * dy) ** 2;
    if (squared < best.squared) best = { squared, at: passed + share * size };
    passed += size;
  }
  return best;
}
