// Which cells of the photo have been in view. A cell counts once all of it was; it is kept in sixteen parts until then.

const PARTS = 4;

export class Seen {
  constructor({ photo, cell, own, others }) {
    Object.assign(this, { photo, cell });
    this.columns = Math.ceil(photo.width / cell);
    this.rows = Math.ceil(photo.height / cell);
    this.own = this.#read(own);
    this.others = this.#read(others);
    this.part = cell / PARTS;
    this.parts = new Uint8Array(this.columns * this.rows * PARTS * PARTS);
  }

  // Bits in hexadecimal, the first cell the lowest bit.
  #read(hex) {
    const cells = new Uint8Array(this.columns * this.rows);
    for (let place = 0; place < hex.length; place += 1) {
      const digit = parseInt(hex[hex.length - 1 - place], 16);
      for (let bit = 0; bit < 4; bit += 1) if (digit >> bit & 1) cells[4 * place + bit] = 1;
    }
    return cells;
  }

  // Takes in what was in view and returns the cells that are whole now and were not before.
  add([x0, y0, x1, y1]) {
    const { part, photo, columns } = this;
    const across = columns * PARTS;
    const last = (place, end) => (place >= end - 0.5 ? Math.ceil(end / part) : Math.floor((place + 0.5) / part));
    const [right, bottom] = [last(x1, photo.width), last(y1, photo.height)];
    const [left, top] = [Math.ceil((x0 - 0.5) / part), Math.ceil((y0 - 0.5) / part)];
    const touched = new Set();
    for (let row = Math.max(0, top); row < bottom; row += 1) {
      for (let column = Math.max(0, left); column < right; column += 1) {
        this.parts[row * across + column] = 1;
        touched.add(Math.floor(row / PARTS) * columns + Math.floor(column / PARTS));
      }
    }
    const fresh = [...touched].filter((index) => !this.own[index] && this.#isWhole(index));
    for (const index of fresh) this.own[index] = 1;
    return fresh;
  }

  #isWhole(index) {
    const { part, photo, columns, cell } = this;
    const [column, row] = [index % columns, Math.floor(index / columns)];
    const wide = Math.min(PARTS, Math.ceil((photo.width - column * cell) / part));
    const high = Math.min(PARTS, Math.ceil((photo.height - row * cell) / part));
    for (let y = 0; y < high; y += 1) {
      for (let x = 0; x < wide; x += 1) {
        if (!this.parts[(row * PARTS + y) * columns * PARTS + column * PARTS + x]) return false;
      }
    }
    return true;
  }

  // Whether anything in this box is still to be looked at.
  isOpen([x0, y0, x1, y1]) {
    const { cell, columns } = this;
    for (let row = Math.max(0, Math.floor(y0 / cell)); row < Math.min(this.rows, Math.ceil(y1 / cell)); row += 1) {
      for (let column = Math.max(0, Math.floor(x0 / cell)); column < Math.min(columns, Math.ceil(x1 / cell)); column += 1) {
        if (!this.own[row * columns + column]) return true;
      }
    }
    return false;
  }

  // Shares of the photo's area, 0 to 1: mine, and everybody's.
  get shares() {
    const { cell, photo, columns } = this;
    let [own, any] = [0, 0];
    for (let index = 0; index < this.own.length; index += 1) {
      if (!this.own[index] && !this.others[index]) continue;
      const [x, y] = [(index % columns) * cell, Math.floor(index / columns) * cell];
      const area = Math.min(cell, photo.width - x) * Math.min(cell, photo.height - y);
      any += area;
      if (this.own[index]) own += area;
    }
    const whole = photo.width * photo.height;
    return [own / whole, any / whole];
  }
}
