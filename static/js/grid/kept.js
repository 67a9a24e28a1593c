// What the grid keeps in this tab while its page comes anew: what is marked, what was just said, and what can be undone.

const MOST = 20;

export class Kept {
  // Another who logs in on the same tab has batches of their own.
  constructor(user) {
    this.name = `hairline_grid_${user}`;
  }

  get #stack() {
    return read(`${this.name}_done`) ?? [];
  }

  // Decided batches, the last one last: [{id, seen}, …] each.
  get last() {
    return this.#stack.at(-1) ?? null;
  }

  push(batch) {
    write(`${this.name}_done`, [...this.#stack, batch].slice(-MOST));
  }

  pop() {
    write(`${this.name}_done`, this.#stack.slice(0, -1));
  }

  // For the page that comes next.
  note(note) {
    write(`${this.name}_note`, note);
  }

  takeNote() {
    const note = read(`${this.name}_note`);
    sessionStorage.removeItem(`${this.name}_note`);
    return note;
  }

  // Of each address its own.
  keepMarks(ids) {
    write(`${this.name}_marks_${location.search}`, ids);
  }

  get marks() {
    return read(`${this.name}_marks_${location.search}`) ?? [];
  }
}

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}

function write(name, value) {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing says nothing after Apply; what was decided stands all the same.
  }
}
