// The list of cracks and the one that is selected: in the list, on the photo, and under the keys.

const TOLD = {
  accepted: gettext("Crack %(number)s accepted."),
  rejected: gettext("Crack %(number)s rejected."),
  undecided: gettext("Crack %(number)s undecided."),
};

export class CrackList {
  // `onPick` hears of the selected crack and its row's sizes in words, null when there is none.
  constructor(cracks, onPick) {
    this.onPick = onPick;
    this.cracks = new Map(cracks.map((crack) => [crack.id, crack]));
    this.selected = null;
    const rows = document.getElementById("crack-rows");
    for (const crack of cracks) crack.seen = this.row(crack.id)?.dataset.seen;
    rows?.addEventListener("click", (event) => {
      if (event.target.closest("form")) return;
      // Without script the number leads to the same.
      if (event.target.closest("a[data-select]")) event.preventDefault();
      const row = event.target.closest("[data-crack]");
      if (row) this.select(row.dataset.crack, { pan: true });
    });
    for (const [kind, on] of [["pointerover", true], ["pointerout", false]]) {
      rows?.addEventListener(kind, (event) => {
        const row = event.target.closest("[data-crack]");
        if (row) this.outlines?.point(row.dataset.crack, on);
      });
    }
    document.addEventListener("htmx:afterSettle", () => this.#readVerdicts());
    // What was refused, or asked back, does not lead on.
    document.addEventListener("htmx:beforeSwap", ({ detail }) => {
      if (detail.xhr.status >= 400) this.onward = null;
    });
  }

  attach(outlines, picture) {
    Object.assign(this, { outlines, picture });
    picture.viewer.addHandler("canvas-click", (event) => {
      if (!event.quick || picture.isMarking) return;
      this.select(outlines.nearest(picture.at(event.position))?.id ?? null);
    });
    // A link to one crack opens on it, also from this page.
    const inHash = () => /^#crack-(\d+)$/.exec(location.hash)?.[1];
    addEventListener("hashchange", () => this.#open(inHash()));
    this.#open(inHash() ?? new URLSearchParams(location.search).get("crack"));
  }

  #open(number) {
    const row = number && document.getElementById(`crack-${number}`);
    if (row) this.select(row.dataset.crack, { pan: true });
  }

  row(id) {
    return document.querySelector(`[data-crack="${id}"]`);
  }

  select(id, { pan = false } = {}) {
    this.selected = id;
    for (const row of document.querySelectorAll("[data-crack]")) {
      if (row.dataset.crack === id) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
    this.outlines?.select(id);
    this.#showPicked();
    if (!id) return;
    document.getElementById("tab-cracks")?.click();
    if (!this.isStacked) this.row(id)?.scrollIntoView({ block: "nearest" });
    if (!pan || !this.picture) return;
    this.picture.panTo(this.cracks.get(id).box);
    if (this.isStacked) this.picture.viewer.element.scrollIntoView({ block: "nearest" });
  }

  // On a narrow screen the list lies below the picture, out of sight.
  get isStacked() {
    return matchMedia("(max-width: 899px)").matches;
  }

  #showPicked() {
    const crack = this.cracks.get(this.selected) ?? null;
    const cells = crack ? [...this.row(crack.id).querySelectorAll("td.num")].map((cell) => cell.textContent.trim()) : [];
    const sizes = { length: cells[0], width: cells[1] };
    this.onPick(crack, interpolate(gettext("%(length)s long, %(width)s wide"), sizes, true).replace(/ +/g, " "));
  }

  step(by) {
    const ids = [...this.cracks.keys()];
    if (!ids.length) return;
    const here = ids.indexOf(this.selected);
    const next = here < 0 ? (by > 0 ? 0 : ids.length - 1) : (here + by + ids.length) % ids.length;
    this.select(ids[next], { pan: true });
  }

  // With the keys, a decision leads on to the next crack that waits for one.
  decide(verdict, { reason = "", state = "" } = {}) {
    const button = this.selected && this.row(this.selected)?.querySelector(`button[value="${verdict}"]`);
    if (!button) return;
    this.onward = verdict === "undo" ? null : this.selected;
    Object.assign(button.form.elements.reason, { value: reason });
    Object.assign(button.form.elements.state, { value: state });
    button.click();
  }

  #readVerdicts() {
    for (const row of document.querySelectorAll("[data-crack]")) {
      const crack = this.cracks.get(row.dataset.crack);
      if (!crack || (crack.seen ?? row.dataset.seen) === row.dataset.seen) continue;
      [crack.verdict, crack.seen] = [row.dataset.verdict, row.dataset.seen];
      this.outlines?.setVerdict(crack.id, crack.verdict);
      this.onVerdict?.();
      // Said to those who do not see the row change.
      document.getElementById("notice").textContent = interpolate(TOLD[crack.verdict], crack, true);
    }
    if (this.selected) this.row(this.selected)?.setAttribute("aria-current", "true");
    this.#showPicked();
    if (this.onward && this.onward === this.selected) this.#goOn();
    this.onward = null;
  }

  #goOn() {
    const ids = [...this.cracks.keys()];
    const here = ids.indexOf(this.selected);
    const after = [...ids.slice(here + 1), ...ids.slice(0, here)];
    const next = after.find((id) => this.cracks.get(id).verdict === "undecided");
    if (next) this.select(next, { pan: true });
  }
}
