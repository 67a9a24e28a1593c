// The selected crack below the photo: its numbers, what the rules propose, and its width along its length.

import { ProfilePlot } from "./profile.js";

const SMALL = 160;
const TITLES = {
  accepted: gettext("Crack %(number)s, accepted"),
  rejected: gettext("Crack %(number)s, rejected"),
  undecided: gettext("Crack %(number)s, undecided"),
};

export class Picked {
  constructor(scene, widths) {
    Object.assign(this, { scene, widths });
    this.box = document.getElementById("picked");
    this.facts = document.getElementById("picked-facts");
    if (!this.box) return;
    this.plot = new ProfilePlot(scene.scale.limits, {
      onPlace: (place) => this.outlines?.markPlace(place),
      onGo: (place) => this.#go(place),
    });
    this.facts.addEventListener("click", (event) => {
      if (event.target.closest("[data-show-widest]")) this.#showWidest();
    });
  }

  attach(outlines, picture) {
    Object.assign(this, { outlines, picture });
  }

  show(crack, words) {
    if (!this.box) return;
    this.box.hidden = !crack;
    if (!crack) {
      this.crack = null;
      this.outlines?.markPlace(null);
      return;
    }
    document.getElementById("picked-title").textContent = interpolate(TITLES[crack.verdict], crack, true);
    document.getElementById("picked-sizes").textContent = words;
    const edit = document.getElementById("edit-crack");
    if (edit) edit.href = crack.edit;
    const [isOther, isDecided] = [this.crack !== crack, this.seen !== crack.seen];
    [this.crack, this.seen] = [crack, crack.seen];
    const seen = this.facts.querySelector("[data-decide] [name=seen]");
    if (seen && !isOther) seen.value = crack.seen;
    if (isOther || isDecided) this.#ask(crack);
    if (!isOther) return;
    this.outlines?.markPlace(null);
    this.#plot(crack);
  }

  async #ask(crack) {
    this.waiting?.abort();
    this.waiting = new AbortController();
    this.facts.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(crack.measures, { signal: this.waiting.signal });
      // Whoever has been logged out meanwhile is sent to the door, which has no place here.
      if (!answer.ok || answer.redirected) throw new Error(`The measures answered ${answer.status}.`);
      this.#fill(await answer.text(), crack);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.facts.textContent = gettext("The measures of this crack cannot be loaded. Load the page again.");
    }
    this.facts.removeAttribute("aria-busy");
  }

  // A decision costs neither the words that somebody is writing nor the place of the keyboard.
  #fill(html, crack) {
    const isSame = this.facts.dataset.of === crack.id;
    const draft = isSame ? document.getElementById("say-text")?.value : "";
    const held = isSame && this.facts.contains(document.activeElement) ? document.activeElement : null;
    this.facts.innerHTML = html;
    this.facts.dataset.of = crack.id;
    window.htmx.process(this.facts);
    if (draft) document.getElementById("say-text").value = draft;
    const again = held?.id ? `#${held.id}` : `[data-decide] [name="${held?.name}"][value="${held?.value}"]`;
    if (held) (this.facts.querySelector(again) ?? this.facts.querySelector("button"))?.focus();
  }

  async #plot(crack) {
    if (!this.scene.widths) {
      this.plot.say(gettext("There is no profile of its width: the analysis is older than measured widths."));
      return;
    }
    try {
      const profile = (await this.widths.load()).get(crack.number);
      if (this.crack !== crack) return;
      if (profile?.samples.length) this.plot.show(profile);
      else if (crack.isUnseen) this.plot.say(gettext("The photo shows no dark line along what was drawn, so that there is no width to measure."));
      else this.plot.say(gettext("No place along this crack is far enough from its ends and forks to measure a width."));
    } catch {
      if (this.crack === crack) this.plot.say(gettext("The widths along the cracks cannot be loaded. Load the page again."));
    }
  }

  #showWidest() {
    const [x, y] = this.crack.widestAt;
    this.plot.seek(x + 0.5, y + 0.5);
    this.#go({ x: x + 0.5, y: y + 0.5 });
  }

  #go({ x, y }) {
    this.picture?.panTo([x - SMALL, y - SMALL, x + SMALL, y + SMALL]);
  }
}
