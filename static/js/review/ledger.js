// What the reviewer does with the region on show: shown as done at once, and sent.

import { Made } from "./made.js";
import { Outbox } from "./outbox.js";

export class Ledger {
  constructor(scene, line, page) {
    Object.assign(this, { scene, line, page });
    this.made = new Made(scene);
    this.outbox = new Outbox({ scene, line, page, made: this.made });
  }

  decide(decision) {
    const region = this.#allowed("review");
    if (!region) return;
    if (region.isBlind) {
      this.page.say(gettext("Nothing was decided: the picture is not here. It is fetched again as soon as it can be."));
      return;
    }
    this.page.forgive();
    const said = words(decision);
    this.page.say(`${said}: ${region.called}.`);
    // What it changes: regions left, and decisions of today.
    const left = this.scene.countsUndecided && region.data.verdict === "undecided" ? -1 : 0;
    const change = { left, today: this.made.holds(region.data.id) ? 0 : 1 };
    this.made.push(region, left);
    region.expect(decision.action, said);
    this.line.leave({ decided: true });
    this.outbox.send({ region, address: region.data.decide, body: decision, change, words: said });
  }

  decideState(place) {
    const state = this.line.current?.data.states[place - 1];
    if (state) this.decide({ action: "accepted", state: state.value });
  }

  undo() {
    const entry = this.made.pop();
    if (!entry) {
      this.page.say(gettext("Nothing to take back."));
      return;
    }
    this.page.forgive();
    const region = this.line.find(entry.id);
    const change = { left: -entry.left, today: this.made.holds(entry.id) ? 0 : -1 };
    if (region) {
      region.expect(entry.before, gettext("Taken back"));
      this.line.recall(region);
    }
    this.page.say(`${gettext("Taken back")}: ${entry.called}.`);
    // After a reload the region is not here: the answer brings it.
    const body = { action: "undo", ...(region ? {} : { show: true }) };
    this.outbox.send({ region, entry, address: entry.decide, body, change });
  }

  comment(text) {
    const region = this.#allowed("speak");
    if (!region) return;
    this.page.say(gettext("Said."));
    this.outbox.send({ region, address: region.data.comments, body: { text } });
  }

  resolve(address, resolved) {
    const region = this.#allowed("speak");
    if (region) this.outbox.send({ region, address, body: { resolved } });
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
    this.outbox.send({ region, address: region.data.assign, body: { assignee } });
  }

  // The region on show, where this reader may do that with it; else it is said why not.
  #allowed(what) {
    const region = this.line.current;
    if (!region || region.data.may[what]) return region;
    this.page.say(region.data.readOnly || gettext("Your role may not do this."));
    return null;
  }
}

function words({ action, reason, state }) {
  if (action === "accepted") return state ? interpolate(gettext("Accepted as %(state)s"), { state }, true) : gettext("Accepted");
  const button = document.querySelector(`#bar [data-action="${reason}"]`);
  return interpolate(gettext("Rejected, %(reason)s"), { reason: button?.dataset.words ?? reason }, true);
}
