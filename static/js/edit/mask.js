// What is painted, over the whole photo: squares of pixels, made where something is, with steps to undo and redo.
// Places are pixels of the upright photo; boxes are [x0, y0, x1, y1], half open.

const SIDE = 256;
const MOST_STEPS = 50;
// The server takes at most so much at once.
const LARGEST = 2048;

export class Mask {
  constructor({ width, height }) {
    Object.assign(this, { width, height });
    this.tiles = new Map();
    // What the server has, for the squares that have been touched.
    this.saved = new Map();
    this.done = [];
    this.undone = [];
    this.step = null;
  }

  // Run lengths, row after row inside the box, background first.
  load([x0, y0, x1], runs) {
    const across = x1 - x0;
    let place = 0;
    runs.forEach((length, index) => {
      const end = place + length;
      while (index % 2 && place < end) {
        const column = place % across;
        const piece = Math.min(end - place, across - column);
        this.#put(y0 + Math.floor(place / across), x0 + column, x0 + column + piece, 1);
        place += piece;
      }
      place = end;
    });
  }

  begin() {
    this.step = new Map();
  }

  // Paints (1) or erases (0) the pixels from x0 up to x1 of one row.
  span(y, x0, x1, value) {
    if (y < 0 || y >= this.height) return;
    this.#put(y, Math.max(0, x0), Math.min(this.width, x1), value);
  }

  // True where the step has changed anything.
  commit() {
    const { step } = this;
    this.step = null;
    for (const [key, before] of step) if (same(before, this.tiles.get(key))) step.delete(key);
    if (!step.size) return false;
    this.done.push(step);
    if (this.done.length > MOST_STEPS) this.done.shift();
    this.undone = [];
    return true;
  }

  // Gives the step up; the boxes that look different again.
  revert() {
    const { step } = this;
    this.step = null;
    return step ? this.#swap(step) : [];
  }

  undo() {
    return this.#move(this.done, this.undone);
  }

  redo() {
    return this.#move(this.undone, this.done);
  }

  #move(from, to) {
    const step = from.pop();
    if (!step) return [];
    const boxes = this.#swap(step);
    to.push(step);
    return boxes;
  }

  #swap(step) {
    return [...step].map(([key, before]) => {
      step.set(key, this.tiles.get(key));
      this.tiles.set(key, before);
      return this.#box(key);
    });
  }

  #put(y, x0, x1, value) {
    const row = Math.floor(y / SIDE);
    for (let x = x0; x < x1; ) {
      const column = Math.floor(x / SIDE);
      const end = Math.min(x1, (column + 1) * SIDE);
      const tile = this.#touch(`${column} ${row}`);
      const start = (y - row * SIDE) * SIDE - column * SIDE;
      tile.fill(value, start + x, start + end);
      x = end;
    }
  }

  #touch(key) {
    let tile = this.tiles.get(key);
    if (!tile) this.tiles.set(key, (tile = new Uint8Array(SIDE * SIDE)));
    if (this.step && !this.step.has(key)) {
      this.step.set(key, tile.slice());
      if (!this.saved.has(key)) this.saved.set(key, tile.slice());
    }
    return tile;
  }

  #box(key) {
    const [column, row] = key.split(" ").map(Number);
    const [x, y] = [column * SIDE, row * SIDE];
    return [x, y, Math.min(this.width, x + SIDE), Math.min(this.height, y + SIDE)];
  }

  // The squares that are not as the server has them.
  get #unsaved() {
    return [...this.saved].filter(([key, saved]) => !same(saved, this.tiles.get(key))).map(([key]) => key);
  }

  get isChanged() {
    return [...this.saved].some(([key, saved]) => !same(saved, this.tiles.get(key)));
  }

  // The boxes to send: one where all that has changed fits, else one for each neighbourhood.
  get changes() {
    const boxes = this.#unsaved.map((key) => this.#box(key));
    const whole = boxes.length ? [around(boxes)] : [];
    if (whole.every(([x0, y0, x1, y1]) => Math.max(x1 - x0, y1 - y0) <= LARGEST)) return whole;
    const groups = new Map();
    for (const box of boxes) {
      const key = `${Math.floor(box[0] / LARGEST)} ${Math.floor(box[1] / LARGEST)}`;
      groups.set(key, [...(groups.get(key) ?? []), box]);
    }
    return [...groups.values()].map(around);
  }

  // The server has this box now.
  settle([x0, y0, x1, y1]) {
    for (const key of this.saved.keys()) {
      const [x, y] = this.#box(key);
      if (x >= x0 && x < x1 && y >= y0 && y < y1) this.saved.set(key, this.tiles.get(key).slice());
    }
  }

  runs([x0, y0, x1, y1]) {
    const runs = [];
    let [value, length] = [0, 0];
    for (let y = y0; y < y1; y += 1) {
      for (const [tile, start, count] of this.#pieces(y, x0, x1)) {
        for (let index = 0; index < count; index += 1) {
          const here = tile ? tile[start + index] : 0;
          if (here === value) length += 1;
          else {
            runs.push(length);
            [value, length] = [here, 1];
          }
        }
      }
    }
    runs.push(length);
    return runs;
  }

  // The pieces of a row that lie in one square each: the square or undefined, where in it, how many pixels.
  *#pieces(y, x0, x1) {
    const row = Math.floor(y / SIDE);
    for (let x = x0; x < x1; ) {
      const column = Math.floor(x / SIDE);
      const end = Math.min(x1, (column + 1) * SIDE);
      yield [this.tiles.get(`${column} ${row}`), (y - row * SIDE) * SIDE + x - column * SIDE, end - x];
      x = end;
    }
  }

  // Colours the painted pixels of a box in a picture of its size.
  paint(picture, [x0, y0, x1, y1], [red, green, blue, alpha]) {
    const { data } = picture;
    let place = 0;
    for (let y = y0; y < y1; y += 1) {
      for (const [tile, start, count] of this.#pieces(y, x0, x1)) {
        for (let index = 0; tile && index < count; index += 1) {
          if (!tile[start + index]) continue;
          const at = 4 * (place + index);
          [data[at], data[at + 1], data[at + 2], data[at + 3]] = [red, green, blue, alpha];
        }
        place += count;
      }
    }
  }

  // For keeping in the browser: each changed square as run lengths.
  get draft() {
    return this.#unsaved.map((key) => [key, this.runs(this.#box(key))]);
  }

  restore(draft) {
    this.begin();
    for (const [key, runs] of draft) {
      const box = this.#box(key);
      this.#touch(key).fill(0);
      this.load(box, runs);
    }
    return this.commit();
  }
}

function same(one, other) {
  if (!one || !other) return !one && !other;
  return one.every((value, index) => value === other[index]);
}

function around(boxes) {
  const least = (place) => Math.min(...boxes.map((box) => box[place]));
  const most = (place) => Math.max(...boxes.map((box) => box[place]));
  return [least(0), least(1), most(2), most(3)];
}
