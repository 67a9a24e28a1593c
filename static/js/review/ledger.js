// Decisions and words on their way: shown as made at once, sent in order, tried again until they have arrived.

import { LoggedOut, post } from "../post.js";

const PAUSES = [500, 1000, 3000, 5000, 10000];

export class Ledger {
  constructor(scene, line, page) {
    Object.assign(this, { scene, line, page });
    this.waiting = [];
    this.made = [];
    this.isSending = false;
    addEventListener("beforeunload", (event) => {
      if (this.waiting.length) event.preventDefault();
    });
  }

  decide(decision) {
    const region = this.#allowed("review");
    if (!region) return;
    this.made.push(region);
    this.page.say(`${words(decision)}: ${called(region)}.`);
    this.line.leave({ decided: true });
    this.#send(region, region.data.decide, decision);
  }

  decideState(place) {
    const state = this.scene.states?.[place - 1];
    if (state) this.decide({ action: "accepted", state });
  }

  undo() {
    const region = this.made.pop();
    if (!region) return;
    this.line.recall(region);
    this.page.say(`${gettext("Taken back")}: ${called(region)}.`);
    this.#send(region, region.data.decide, { action: "undo" });
  }

  comment(text) {
    const region = this.#allowed("speak");
    if (!region) return;
    this.page.say(gettext("Said."));
    this.#send(region, region.data.comments, { text });
  }

  resolve(address, resolved) {
    const region = this.#allowed("speak");
    if (region) this.#send(region, address, { resolved });
  }

  takeOrLeave() {
    const region = this.line.current;
    if (region) this.assign(region.data.assignee === this.scene.user ? "" : this.scene.user);
  }

  assign(assignee) {
    const region = this.#allowed("assign");
    if (!region) return;
    region.data.assignee = assignee;
    const isMine = assignee === this.scene.user;
    const told = isMine ? gettext("Assigned to you.") : interpolate(gettext("Assigned to %(name)s."), { name: assignee }, true);
    this.page.say(assignee ? told : gettext("Assigned to nobody."));
    this.page.showAssignee(region);
    this.#send(region, region.data.assign, { assignee });
  }

  // The region on show, where this reader may do that with it; else it is said why not.
  #allowed(what) {
    const region = this.line.current;
    if (!region || region.data.may[what]) return region;
    this.page.say(region.data.readOnly || gettext("Your role may not do this."));
    return null;
  }

  #send(region, address, body) {
    this.waiting.push({ region, address, body });
    this.page.showWaiting(this.waiting.length, this.trouble);
    if (!this.isSending) this.#work();
  }

  async #work() {
    this.isSending = true;
    for (let tries = 0; this.waiting.length; ) {
      try {
        await this.#post(this.waiting[0]);
        this.waiting.shift();
        [tries, this.trouble] = [0, null];
      } catch (error) {
        this.trouble = error instanceof LoggedOut ? "out" : "away";
        this.page.showWaiting(this.waiting.length, this.trouble);
        await pause(PAUSES[Math.min(tries, PAUSES.length - 1)]);
        tries += 1;
      }
      this.page.showWaiting(this.waiting.length, this.trouble);
    }
    this.isSending = false;
  }

  async #post({ region, address, body }) {
    const isChoice = "action" in body;
    const sent = { ...body, ...(isChoice ? { seen: region.data.seen } : {}) };
    if (isChoice && this.line.isShort) Object.assign(sent, { after: this.line.last || region.data.id, queue: this.scene.query });
    const { ok, told } = await post(address, sent);
    if (ok && isChoice) {
      Object.assign(region.data, { seen: told.seen, verdict: told.verdict });
      this.page.calm();
      this.line.take(told);
    } else if (ok) {
      Object.assign(region.data, { thread: told.thread, openComments: told.open, assignee: told.assignee });
      this.page.calm();
      this.page.showTalk(region);
    } else if (told.code === "decided_meanwhile") {
      await this.#choose({ region, address, body }, told);
    } else {
      this.#refused(region, isChoice, told);
    }
  }

  #refused(region, isChoice, told) {
    if (isChoice) {
      this.made = this.made.filter((other) => other !== region);
      this.line.recall(region);
    }
    this.page.complain(told.detail ?? gettext("That was refused."));
  }

  async #choose(job, told) {
    const { region } = job;
    const insists = await this.page.ask(`${called(region)}: ${told.detail}`);
    region.data.seen = told.seen;
    if (insists) await this.#post(job);
  }
}

// Ends early when the reader comes back to this window, as from logging in.
function pause(milliseconds) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
    addEventListener("focus", resolve, { once: true });
  });
}

function called({ data }) {
  return interpolate(gettext("crack %(number)s of %(photo)s"), { number: data.number, photo: data.photo.name }, true);
}

function words({ action, reason, state }) {
  if (action === "accepted") return state ? interpolate(gettext("Accepted as %(state)s"), { state }, true) : gettext("Accepted");
  const button = document.querySelector(`#bar [data-action="${reason}"]`);
  return interpolate(gettext("Rejected, %(reason)s"), { reason: button?.dataset.words ?? reason }, true);
}
