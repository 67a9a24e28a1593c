// The way along a crack that is longer than the window, from its beginning to its end.

const STEP = 0.7;

export class Walk {
  constructor(easel, lines) {
    Object.assign(this, { easel, line: lines?.[0] ?? null });
  }

  by(direction) {
    const [width, height] = this.easel.size;
    const reach = STEP * Math.min(width, height);
    if (!this.line) {
      const [x, y] = this.easel.centre;
      this.easel.moveTo([x + direction * STEP * width, y]);
      return;
    }
    const [x, y] = this.easel.centre;
    const distances = this.line.map(([px, py]) => Math.hypot(px - x, py - y));
    let index = distances.indexOf(Math.min(...distances));
    for (let gone = 0; gone < reach && this.line[index + direction]; index += direction) {
      const [from, to] = [this.line[index], this.line[index + direction]];
      gone += Math.hypot(to[0] - from[0], to[1] - from[1]);
    }
    this.easel.moveTo(this.line[index]);
  }
}
