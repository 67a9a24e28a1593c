// Everything around the region: its words, its place in the photo, how far we are, what went wrong.

import { logInLink } from "../post.js";
import { Forms } from "./forms.js";
import { load } from "./pictures.js";
import { Progress } from "./progress.js";

export class Page {
  constructor(scene) {
    this.scene = scene;
    for (const id of ["trouble", "facts", "context", "earlier", "done", "bar", "stage", "pending"]) {
      this[id] = document.getElementById(id);
    }
    this.progress = new Progress();
    this.forms = new Forms();
    this.stage.addEventListener("sight", () => this.region && this.#allow(this.region));
  }

  // Without a region: the end of the queue, or the next ones are still on their way.
  show(region, isAtEnd) {
    for (const part of [this.bar, this.facts, this.context]) part.hidden = !region;
    this.stage.hidden = !region && isAtEnd;
    this.stage.setAttribute("aria-busy", String(!region && !isAtEnd));
    this.done.hidden = Boolean(region) || !isAtEnd;
    this.forms.turnTo(region);
    this.region = region;
    if (!region) return this.#address("");
    const { data } = region;
    this.refresh(region);
    this.context.replaceChildren(picture(data.photo.preview, interpolate(gettext("%(photo)s, the whole photo"), { photo: data.photo.name }, true), data.photo.page, data));
    this.earlier.hidden = !data.earlier;
    if (data.earlier) {
      const { preview, name, page, compare } = data.earlier;
      const link = Object.assign(document.createElement("a"), { href: compare, textContent: gettext("Compare the two photos") });
      this.earlier.replaceChildren(this.earlier.firstElementChild, picture(preview, name, page), link);
    }
    return this.#address(data.id);
  }

  // What stands on the region, if it is still the one on show.
  refresh(region) {
    if (!region || region !== this.region) return;
    const { html, pending } = region.data;
    this.#allow(region);
    this.facts.innerHTML = html;
    this.pending.hidden = !pending;
    this.pending.textContent = pending ? interpolate(gettext("%(decision)s; not saved yet."), { decision: pending }, true) : "";
    this.showTalk(region);
  }

  // What this reader may not do with this region has no button, and where it is deciding a sentence instead.
  #allow({ isBlind, data: { may, readOnly, states } }) {
    for (const button of this.bar.querySelectorAll("[data-needs]")) button.hidden = !may[button.dataset.needs];
    for (const button of this.bar.querySelectorAll("[data-decides] button")) button.disabled = isBlind;
    this.bar.querySelectorAll("[data-action^='state_']").forEach((button, place) => {
      button.hidden = !states[place];
      button.firstElementChild.textContent = states[place]?.words ?? "";
    });
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

  say(sentence) {
    this.progress.say(sentence);
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
    this.isRefusal = false;
  }

  // A refusal stays until the reviewer goes on; trouble with the line until the line is back.
  refuse(sentence) {
    this.complain(sentence ?? gettext("That was refused."));
    this.isRefusal = true;
  }

  calm() {
    if (!this.isRefusal) this.trouble.hidden = true;
  }

  forgive() {
    if (this.isRefusal) this.trouble.hidden = true;
    this.isRefusal = false;
  }

  onResolve(resolve) {
    this.facts.addEventListener("submit", (event) => {
      event.preventDefault();
      resolve(event.target.getAttribute("action"), event.submitter.value);
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
    image.alt = words;
    const missing = link.appendChild(document.createElement("span"));
    Object.assign(missing, { className: "review__missing", hidden: true, textContent: gettext("The picture could not be loaded.") });
    load(image, address, (isThere) => {
      missing.hidden = isThere;
    });
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
