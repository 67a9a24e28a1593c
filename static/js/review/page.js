// Everything around the region: its words, its place in the photo, how far we are, what went wrong.

import { fixed } from "../numbers.js";
import { logInLink } from "../post.js";
import { peopleOf } from "../talk/people.js";

export class Page {
  constructor(scene) {
    this.scene = scene;
    for (const id of ["progress", "trouble", "facts", "context", "earlier", "comment", "done", "bar", "stage", "meanwhile", "assign"]) {
      this[id] = document.getElementById(id);
    }
    this.text = document.getElementById("comment-text");
    this.whom = document.getElementById("assign-to");
    document.getElementById("comment-close").addEventListener("click", () => this.#closeForms());
    document.getElementById("assign-close").addEventListener("click", () => this.#closeForms());
  }

  // Without a region: the end of the queue, or the next ones are still on their way.
  show(region, isAtEnd) {
    for (const part of [this.bar, this.facts, this.context]) part.hidden = !region;
    this.stage.hidden = !region && isAtEnd;
    this.stage.setAttribute("aria-busy", String(!region && !isAtEnd));
    this.done.hidden = Boolean(region) || !isAtEnd;
    this.#closeForms();
    this.region = region;
    if (!region) return this.#address("");
    const { data } = region;
    this.#allow(data);
    this.facts.innerHTML = data.html;
    this.showTalk(region);
    this.context.replaceChildren(picture(data.photo.preview, interpolate(gettext("%(photo)s, the whole photo"), { photo: data.photo.name }, true), data.photo.page, data));
    this.earlier.hidden = !data.earlier;
    if (data.earlier) {
      const { preview, name, page, compare } = data.earlier;
      const link = Object.assign(document.createElement("a"), { href: compare, textContent: gettext("Compare the two photos") });
      this.earlier.replaceChildren(this.earlier.firstElementChild, picture(preview, name, page), link);
    }
    return this.#address(data.id);
  }

  // What this reader may not do with this region has no button, and where it is deciding a sentence instead.
  #allow({ may, readOnly }) {
    for (const button of this.bar.querySelectorAll("[data-needs]")) button.hidden = !may[button.dataset.needs];
    const why = document.getElementById("read-only");
    why.hidden = may.review;
    why.lastElementChild.textContent = readOnly;
  }

  // What was said of the region, if it is still the one on show.
  showTalk(region) {
    if (region !== this.region) return;
    const open = region?.data.openComments ?? 0;
    const count = document.getElementById("comment-count");
    count.hidden = !open;
    count.textContent = interpolate(ngettext("%(open)s open", "%(open)s open", open), { open }, true);
    if (!region) return;
    const talk = document.getElementById("talk");
    talk.hidden = !region.data.thread.includes("<li");
    if (!talk.hidden) talk.lastElementChild.innerHTML = region.data.thread;
    this.showAssignee(region);
  }

  showAssignee({ data }) {
    const line = document.getElementById("region-assignee");
    if (!line) return;
    line.hidden = !data.assignee;
    line.lastElementChild.textContent = data.assignee;
  }

  // A link to this address opens the same region.
  #address(id) {
    const address = new URL(location.href);
    if (id) address.searchParams.set("at", id);
    else address.searchParams.delete("at");
    history.replaceState(null, "", address);
  }

  showProgress({ left, secondsEach, today }) {
    const minutes = Math.max(1, Math.round((left * secondsEach) / 60));
    const time = minutes < 90
      ? interpolate(gettext("about %(minutes)s min"), { minutes }, true)
      : interpolate(gettext("about %(hours)s h"), { hours: fixed(minutes / 60, 1) }, true);
    const grouped = (count) => count.toLocaleString("en-GB").replaceAll(",", "\u202f");
    const told = { left: grouped(left), time, today: grouped(today) };
    const sentence = left ? gettext("%(left)s left, %(time)s; %(today)s decided today") : gettext("%(today)s decided today");
    this.counts = interpolate(sentence, told, true);
    this.progress.textContent = this.counts;
  }

  say(sentence) {
    this.progress.textContent = this.counts ? `${sentence} ${this.counts}` : sentence;
  }

  // `trouble`: "away" while the server does not answer, "out" when the session has ended.
  showWaiting(count, trouble) {
    document.documentElement.dataset.unsaved = String(count);
    if (!count || !trouble) return;
    const unsaved = interpolate(gettext("Not saved yet: %(count)s."), { count }, true);
    if (trouble === "out") this.complain(`${unsaved} ${gettext("You have been logged out. It is kept here and saved as soon as you have logged in.")}`, logInLink());
    else this.complain(`${unsaved} ${gettext("The server does not answer; trying again. Go on: nothing is lost while this page is open.")}`);
  }

  // The next regions could not be fetched; what waits to be saved says more.
  cutOff(trouble) {
    if (Number(document.documentElement.dataset.unsaved)) return;
    if (trouble === "out") this.complain(gettext("You have been logged out."), logInLink());
    else this.complain(gettext("The server does not answer. Regions that are here can be decided; the next ones come later."));
  }

  complain(sentence, link = null) {
    if (this.trouble.firstChild?.textContent.trim() !== sentence || Boolean(link) !== Boolean(this.trouble.querySelector("a"))) {
      this.trouble.replaceChildren(`${sentence} `, ...(link ? [link] : []));
    }
    this.trouble.hidden = false;
  }

  calm() {
    this.trouble.hidden = true;
  }

  // True: decide all the same. False: leave what somebody else decided.
  ask(sentence) {
    document.getElementById("meanwhile-words").textContent = sentence;
    this.meanwhile.showModal();
    return new Promise((resolve) => {
      const answer = (insists) => () => {
        this.meanwhile.close();
        resolve(insists);
      };
      document.getElementById("meanwhile-keep").onclick = answer(false);
      document.getElementById("meanwhile-mine").onclick = answer(true);
      this.meanwhile.oncancel = () => resolve(false);
    });
  }

  openComment() {
    if (!this.region?.data.may.speak) return;
    this.#closeForms();
    this.comment.hidden = false;
    this.text.dataset.people = this.region.data.people;
    this.text.focus();
  }

  async openAssign() {
    const { region } = this;
    if (!region?.data.may.assign) return;
    const people = (await peopleOf(region.data.people)).filter(({ decides }) => decides);
    if (region !== this.region) return;
    this.#closeForms();
    const nobody = { name: "", words: people.length ? gettext("nobody") : gettext("The members cannot be loaded now.") };
    this.whom.replaceChildren(...[nobody, ...people].map(({ name, words }) => new Option(words || name, name)));
    this.whom.value = region.data.assignee;
    this.assign.hidden = false;
    this.whom.focus();
  }

  #closeForms() {
    this.comment.hidden = this.assign.hidden = true;
    this.text.value = "";
  }

  onAssign(assign) {
    this.assign.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.whom.options.length > 1) assign(this.whom.value);
      this.#closeForms();
    });
  }

  onResolve(resolve) {
    this.facts.addEventListener("submit", (event) => {
      event.preventDefault();
      resolve(event.target.getAttribute("action"), event.submitter.value);
    });
  }

  onComment(say) {
    this.comment.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.text.value.trim()) say(this.text.value.trim());
      this.#closeForms();
    });
  }

  toggleKeys() {
    const sheet = document.getElementById("keys");
    if (sheet.open) sheet.close();
    else sheet.showModal();
  }
}

function picture(address, words, page, data = null) {
  const link = document.createElement("a");
  link.href = page;
  link.className = "review__picture";
  if (address) {
    const image = link.appendChild(new Image());
    Object.assign(image, { src: address, alt: words });
  } else {
    link.textContent = words;
  }
  if (address && data) {
    const frame = link.appendChild(document.createElement("i"));
    const [x0, y0, x1, y1] = data.box;
    const { width, height } = data.photo;
    const place = { left: x0 / width, top: y0 / height, width: (x1 - x0) / width, height: (y1 - y0) / height };
    for (const [side, share] of Object.entries(place)) frame.style.setProperty(side, `${100 * share}%`);
  }
  return link;
}
