// What this reviewer has decided in this window and queue, the latest last: what can be taken back, after a reload too.

export class Made {
  constructor(scene) {
    this.place = `made ${scene.user} ${scene.query}`;
    const kept = read(this.place);
    this.entries = kept.entries;
    this.seen = new Map(kept.seen);
  }

  // Whether a decision of ours on this region can be taken back.
  holds(id) {
    return this.entries.some((entry) => entry.id === id);
  }

  push(region, left) {
    const { id, decide } = region.data;
    this.#change([...this.entries, { id, decide, left, called: region.called, before: region.data.verdict }]);
  }

  pop() {
    const entry = this.entries.at(-1);
    this.#change(this.entries.slice(0, -1));
    return entry;
  }

  back(entry) {
    this.#change([...this.entries, entry]);
  }

  drop(id) {
    const place = this.entries.findLastIndex((entry) => entry.id === id);
    this.#change(this.entries.filter((_entry, index) => index !== place));
  }

  // Somebody else has decided since: ours lies beneath theirs.
  forget(id) {
    this.seen.delete(id);
    this.#change(this.entries.filter((entry) => entry.id !== id));
  }

  // How many records the region had after our last one: with more by now, somebody else was there.
  know(id, seen) {
    this.seen.set(id, seen);
    this.#change(this.entries);
  }

  #change(entries) {
    this.entries = entries;
    const kept = entries.filter(({ id }) => this.seen.has(id));
    try {
      sessionStorage.setItem(this.place, JSON.stringify({ entries: kept, seen: [...this.seen] }));
    } catch {
      // Full or forbidden: then nothing is kept over a reload.
    }
  }
}

function read(place) {
  try {
    return JSON.parse(sessionStorage.getItem(place)) ?? { entries: [], seen: [] };
  } catch {
    return { entries: [], seen: [] };
  }
}
