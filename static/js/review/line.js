// The regions in a row: those that were seen, the one on show, and the next ones, drawn already and hidden.

import { get, LoggedOut } from "../post.js";
import { Region } from "./region.js";

// With fewer that wait here others are asked for; of those that wait so many are drawn already.
const AHEAD = 3;
const READY = 2;
const AGAIN_MS = 4000;

export class Line {
  constructor(scene, page) {
    Object.assign(this, { scene, page });
    this.stage = document.getElementById("stage");
    this.seen = [];
    this.current = null;
    this.coming = [];
    this.decided = new Set();
    this.isAtEnd = false;
    this.fetching = null;
    addEventListener("resize", () => this.current?.draw());
  }

  begin(first) {
    this.take(first);
    if (!this.current) this.#show(null);
  }

  // What an answer of the server brings: the next regions, and how many are left.
  take({ regions, left, secondsEach, today }) {
    const known = this.coming.length;
    for (const data of regions ?? []) {
      if (this.decided.has(data.id) || this.#holds(data.id)) continue;
      this.coming.push(this.#made(data));
    }
    if (regions) this.isAtEnd = this.coming.length === known;
    if (left !== undefined) this.page.progress.correct({ left, secondsEach, today });
    if (!this.current) this.#show(this.coming.shift() ?? null);
    else this.#prepare();
  }

  #holds(id) {
    return this.current?.data.id === id || this.coming.some((region) => region.data.id === id);
  }

  // The region with this id, where it is here.
  find(id) {
    return [this.current, ...this.coming, ...this.seen].find((region) => region?.data.id === id);
  }

  // One that the server has brought beside the row.
  adopt(data) {
    return this.find(data.id) ?? this.#made(data);
  }

  // What was skipped comes again as it stands by now; where it was seen before it tells the same.
  #made(data) {
    const twin = this.find(data.id);
    return new Region(this.stage, twin ? Object.assign(twin.data, data) : data);
  }

  // Where the server goes on from: the last region that is here.
  get last() {
    return (this.coming.at(-1) ?? this.current)?.data.id ?? "";
  }

  get isShort() {
    return this.coming.length < AHEAD;
  }

  leave({ decided = false } = {}) {
    const region = this.current;
    if (!region) return;
    if (decided) this.decided.add(region.data.id);
    this.seen.push(region);
    this.#show(this.coming.shift() ?? null);
  }

  skip() {
    this.leave();
    this.refill();
  }

  back() {
    const before = this.seen.pop();
    if (!before) return;
    if (this.current) this.coming.unshift(this.current);
    this.#show(before);
  }

  // Brings a region before the eyes again.
  recall(region) {
    if (this.current === region) {
      this.decided.delete(region.data.id);
      return;
    }
    const here = this.current;
    this.putBack(region);
    this.coming.shift();
    if (here) this.coming.unshift(here);
    this.#show(region);
  }

  // To be the next, behind the one on show.
  putBack(region) {
    this.decided.delete(region.data.id);
    for (const row of [this.seen, this.coming]) {
      const place = row.indexOf(region);
      if (place >= 0) row.splice(place, 1);
    }
    if (this.current !== region) this.coming.unshift(region);
  }

  async refill() {
    if (!this.isShort || this.fetching) return;
    this.fetching = get(`${this.scene.next}?${this.scene.query}&after=${this.last}`);
    try {
      const { ok, told } = await this.fetching;
      if (!ok) return;
      if (this.isCutOff) this.page.calm();
      this.isCutOff = false;
      this.take(told);
    } catch (error) {
      this.isCutOff = true;
      this.page.cutOff(error instanceof LoggedOut ? "out" : "away");
      setTimeout(() => this.refill(), AGAIN_MS);
    } finally {
      this.fetching = null;
    }
  }

  #show(region) {
    this.current?.conceal();
    this.current = region;
    region?.reveal();
    this.#prepare();
    this.page.show(region, this.isAtEnd);
  }

  #prepare() {
    for (const next of this.coming.slice(0, READY)) next.prepare();
  }
}
