// The forms beside the region: a comment, which is kept half-written with its region, and whom it is assigned to.

import { peopleOf } from "../talk/people.js";

export class Forms {
  constructor() {
    for (const id of ["comment", "assign"]) this[id] = document.getElementById(id);
    this.text = document.getElementById("comment-text");
    this.whom = document.getElementById("assign-to");
    this.drafts = new Map();
    for (const form of [this.comment, this.assign]) form.addEventListener("keydown", (event) => this.#pressed(event, form));
    for (const id of ["comment-close", "assign-close"]) document.getElementById(id).addEventListener("click", () => this.#leave());
  }

  get isWriting() {
    return !this.comment.hidden;
  }

  // The region on show from now on, or none.
  turnTo(region) {
    if (region !== this.region) this.close();
    this.region = region;
  }

  openComment() {
    if (!this.region?.data.may.speak) return;
    this.close();
    this.comment.hidden = false;
    this.text.dataset.people = this.region.data.people;
    this.text.value = this.drafts.get(this.region.data.id) ?? "";
    this.text.focus();
  }

  async openAssign() {
    const { region } = this;
    if (!region?.data.may.assign) return;
    const people = (await peopleOf(region.data.people)).filter(({ decides }) => decides);
    if (region !== this.region) return;
    this.close();
    const nobody = { name: "", words: people.length ? gettext("nobody") : gettext("The members cannot be loaded now.") };
    this.whom.replaceChildren(...[nobody, ...people].map(({ name, words }) => new Option(words || name, name)));
    this.whom.value = region.data.assignee;
    this.assign.hidden = false;
    this.whom.focus();
  }

  // What is half-written stays with its region.
  close() {
    if (this.isWriting) this.keep(this.region, this.text.value);
    this.comment.hidden = this.assign.hidden = true;
  }

  keep(region, text) {
    if (text.trim()) this.drafts.set(region.data.id, text);
    else this.drafts.delete(region.data.id);
  }

  onComment(say) {
    this.comment.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.text.value.trim();
      this.text.value = "";
      this.#leave();
      if (text) say(text);
    });
  }

  onAssign(assign) {
    this.assign.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.whom.options.length > 1) assign(this.whom.value);
      this.#leave();
    });
  }

  #pressed(event, form) {
    if (event.key === "Escape") this.#leave();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    else return;
    event.preventDefault();
  }

  // The keyboard goes back to where the form was opened.
  #leave() {
    const opener = document.querySelector(`#bar [data-action="${this.isWriting ? "comment" : "assign"}"]`);
    this.close();
    opener?.focus({ preventScroll: true });
  }
}
