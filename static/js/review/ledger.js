// Decisions on their way: shown as made at once, sent in order, tried again until they have arrived.

// As the record names them.
const REASONS = {
  joint: gettext("joint"), shadow: gettext("shadow"), stain: gettext("stain"), moss: gettext("moss"),
  formwork: gettext("formwork"), other: gettext("other"),
};
const PAUSES = [500, 1000, 3000, 5000, 10000];

export class Ledger {
  constructor(scene, line, page) {
    Object.assign(this, { scene, line, page });
    this.waiting = [];
    this.made = [];
    this.isSending = false;
    this.token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    addEventListener("beforeunload", (event) => {
      if (this.waiting.length) event.preventDefault();
    });
  }

  decide(decision) {
    const region = this.line.current;
    if (!region || !this.scene.mayReview) return;
    this.made.push(region);
    this.page.say(`${words(decision)}: ${named(region)}.`);
    this.line.leave({ decided: true });
    this.#send(region, decision);
  }

  decideState(place) {
    const state = this.scene.states?.[place - 1];
    if (state) this.decide({ action: "accepted", state });
  }

  undo() {
    const region = this.made.pop();
    if (!region) return;
    this.line.recall(region);
    this.page.say(`${gettext("Taken back")}: ${named(region)}.`);
    this.#send(region, { action: "undo" });
  }

  comment(text) {
    if (this.line.current) this.#send(this.line.current, { action: "comment", text });
  }

  takeOrLeave() {
    const region = this.line.current;
    if (!region) return;
    const assignee = region.data.assignee === this.scene.user ? "" : this.scene.user;
    region.data.assignee = assignee;
    this.page.say(assignee ? gettext("Assigned to you.") : gettext("Assigned to nobody."));
    this.#send(region, { action: "assign", assignee });
  }

  #send(region, decision) {
    this.waiting.push({ region, decision });
    this.page.showWaiting(this.waiting.length);
    if (!this.isSending) this.#work();
  }

  async #work() {
    this.isSending = true;
    for (let tries = 0; this.waiting.length; ) {
      const { region, decision } = this.waiting[0];
      try {
        await this.#post(region, decision);
        this.waiting.shift();
        tries = 0;
      } catch {
        const unsaved = gettext("Not saved yet: %(count)s. The server does not answer; trying again.");
        this.page.complain(interpolate(unsaved, { count: this.waiting.length }, true));
        await new Promise((resolve) => { setTimeout(resolve, PAUSES[Math.min(tries, PAUSES.length - 1)]); });
        tries += 1;
      }
      this.page.showWaiting(this.waiting.length);
    }
    this.isSending = false;
  }

  async #post(region, decision) {
    const isChoice = ["accepted", "rejected", "undo"].includes(decision.action);
    const body = { ...decision, ...(isChoice ? { seen: region.data.seen } : {}) };
    if (this.line.isShort) Object.assign(body, { after: this.line.last || region.data.id, queue: this.scene.query });
    const answer = await fetch(region.data.decide, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token },
      body: JSON.stringify(body),
    });
    if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
    const told = await answer.json();
    if (answer.ok) {
      Object.assign(region.data, { seen: told.seen, verdict: told.verdict });
      this.page.calm();
      this.line.take(told);
    } else if (told.code === "decided_meanwhile") {
      await this.#choose(region, decision, told);
    } else {
      this.made = this.made.filter((other) => other !== region);
      this.line.recall(region);
      this.page.complain(told.detail ?? gettext("That was refused."));
    }
  }

  async #choose(region, decision, told) {
    const asked = gettext("Crack %(number)s of %(photo)s: %(detail)s");
    const insists = await this.page.ask(interpolate(asked, { number: region.data.number, photo: region.data.photo.name, detail: told.detail }, true));
    region.data.seen = told.seen;
    if (insists) await this.#post(region, decision);
  }
}

function named({ data }) {
  return interpolate(gettext("crack %(number)s of %(photo)s"), { number: data.number, photo: data.photo.name }, true);
}

function words({ action, reason, state }) {
  if (action === "accepted") return state ? interpolate(gettext("Accepted as %(state)s"), { state }, true) : gettext("Accepted");
  return interpolate(gettext("Rejected, %(reason)s"), { reason: REASONS[reason] ?? reason }, true);
}
