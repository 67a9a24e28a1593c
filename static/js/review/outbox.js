// Decisions and words on their way: sent in order, tried again until they have arrived, and what the answers say.

import { LoggedOut, post } from "../post.js";
import { ask } from "./meanwhile.js";

const PAUSES = [500, 1000, 3000, 5000, 10000];

// A job: `region` (none where the answer brings it), `address`, `body`; of a decision `change` and `words`, of one that
// takes back `change` and the `entry` of what it takes back.
export class Outbox {
  constructor({ scene, line, page, made }) {
    Object.assign(this, { scene, line, page, made });
    this.waiting = [];
    this.isSending = false;
    addEventListener("beforeunload", (event) => {
      if (this.waiting.length) event.preventDefault();
    });
  }

  send(job) {
    this.waiting.push(job);
    this.#tell();
    if (!this.isSending) this.#work();
  }

  #tell(arrived = null) {
    this.page.progress.expect(this.waiting.flatMap(({ change }) => change ?? []), arrived);
    this.page.showWaiting(this.waiting.length, this.trouble);
  }

  async #work() {
    this.isSending = true;
    for (let tries = 0; this.waiting.length; ) {
      const [job] = this.waiting;
      try {
        await this.#post(job);
        this.waiting.shift();
        [tries, this.trouble] = [0, null];
        this.#tell(job.arrived);
      } catch (error) {
        this.trouble = error instanceof LoggedOut ? "out" : "away";
        job.isAgain = true;
        this.#tell();
        await pause(PAUSES[Math.min(tries, PAUSES.length - 1)]);
        tries += 1;
      }
    }
    this.isSending = false;
  }

  async #post(job) {
    if (!("action" in job.body)) return this.#speak(job);
    const sent = { ...job.body, seen: this.#seenBy(job) };
    if (this.line.isShort) Object.assign(sent, { after: this.line.last || job.region?.data.id || job.entry.id, queue: this.scene.query });
    const { ok, told } = await post(job.address, sent);
    if (told.region) job.region ??= this.line.adopt(told.region);
    // The answer to an earlier try was lost on its way: what stands is ours.
    const isOurs = job.isAgain && told.isOwn && told.seen === sent.seen + 1;
    if (ok || (told.code === "decided_meanwhile" && isOurs)) return this.#arrived(job, told);
    if (told.code === "decided_meanwhile") return this.#choose(job, told);
    return this.#refused(job, told);
  }

  // How many records the sender knows of, for with more somebody else was there: to decide, as the region was read; to
  // take back, after our own decision.
  #seenBy({ region, entry }) {
    return (entry && this.made.seen.get(entry.id)) ?? region.data.seen;
  }

  #arrived(job, told) {
    const { region, body } = job;
    this.made.know(region.data.id, told.seen);
    // What is decided anew meanwhile is shown as that.
    if (this.#after(job).length) region.data.seen = told.seen;
    else region.update(told);
    if (body.show) this.#bring(region);
    this.page.refresh(region);
    this.page.calm();
    if (told.left === undefined) job.arrived = job.change;
    this.line.take(told);
  }

  async #speak({ region, address, body }) {
    const { ok, told } = await post(address, body);
    if (ok) {
      Object.assign(region.data, { thread: told.thread, openComments: told.open, assignee: told.assignee });
      this.page.calm();
      this.page.showTalk(region);
      return;
    }
    if (body.text) this.page.forms.keep(region, body.text);
    this.page.refuse(told.detail);
  }

  #refused(job, told) {
    const { region, entry } = job;
    region?.update(told);
    if (entry) {
      if (told.code !== "nothing_decided") this.made.back(entry);
      this.page.say(`${gettext("Not taken back")}: ${entry.called}.`);
    } else {
      this.#drop(job);
      this.made.drop(region.data.id);
      this.page.say(`${gettext("Not saved")}: ${region.called}.`);
      this.#bring(region);
    }
    this.page.refresh(region);
    this.page.refuse(told.detail);
  }

  async #choose(job, told) {
    const { region, entry, change } = job;
    const wasWriting = this.page.forms.isWriting;
    const isUndecided = told.verdict === "undecided";
    region.update(told);
    this.made.forget(region.data.id);
    this.line.recall(region);
    this.page.refresh(region);
    this.page.say(`${entry ? gettext("Not taken back yet") : gettext("Not saved yet")}: ${region.called}.`);
    const insists = await ask({ called: region.called, mine: job.words, isUndo: Boolean(entry), told });
    if (insists) {
      await this.#insist(job, told);
    } else {
      this.#drop(job);
      job.arrived = { left: isUndecided ? 0 : Math.min(0, change.left), today: Math.min(0, change.today) };
      const words = isUndecided ? gettext("Left undecided") : gettext("Left as it is");
      this.page.say(isUndecided ? `${words}: ${region.called}.` : `${words}: ${region.called}: ${told.decision}.`);
      this.line.leave({ decided: !isUndecided });
    }
    if (wasWriting) this.page.forms.openComment();
  }

  async #insist(job, told) {
    const { region, entry, change } = job;
    this.made.know(region.data.id, told.seen);
    if (!entry) {
      this.made.push(region, change.left);
      this.page.say(`${job.words}: ${region.called}.`);
      this.line.leave({ decided: true });
    }
    await this.#post(job);
  }

  // What waits behind a job and is about the same region.
  #after(job) {
    return this.waiting.slice(1).filter(({ region, change }) => change && region === job.region);
  }

  // A decision that was not made is not taken back either.
  #drop(job) {
    const [next] = this.#after(job);
    if (next?.entry) this.waiting = this.waiting.filter((other) => other !== next);
  }

  // Nobody is torn from what they write.
  #bring(region) {
    if (this.page.forms.isWriting) this.line.putBack(region);
    else this.line.recall(region);
  }
}

// Ends early when the reader comes back to this window, as from logging in.
function pause(milliseconds) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
    addEventListener("focus", resolve, { once: true });
  });
}
