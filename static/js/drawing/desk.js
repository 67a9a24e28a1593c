// The way to the server and back for what was drawn: sent, sent again while nobody answers, and waited for.

const PAUSES = [500, 1000, 3000, 5000, 10000];
const LOOKS = [150, 250, 250, 400, 600, 1000];

// The server understood and said no, in a sentence that a person may read.
export class Refused extends Error {
  constructor(sentence, code = "") {
    super(sentence);
    this.code = code;
  }
}

// `onTrouble` hears the sentence to show while the server is away, and "" when it is back.
export class Desk {
  constructor(address, onTrouble) {
    Object.assign(this, { address, onTrouble });
    this.token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  }

  // What the worker made of it, as the server describes a drawing. Throws Refused where nothing can be made.
  async draw(stroke) {
    let drawing = await this.#insist(() => this.#post(this.address, stroke));
    for (let tries = 0; drawing.status === "waiting"; tries += 1) {
      await pause(LOOKS[Math.min(tries, LOOKS.length - 1)]);
      const { watch } = drawing;
      drawing = await this.#insist(() => fetch(watch, { headers: { Accept: "application/json" } }));
    }
    if (drawing.status !== "done") throw new Refused(drawing.failure || gettext("It was taken back meanwhile."));
    return drawing;
  }

  undo(drawing) {
    return this.#insist(() => this.#post(drawing.undo, {}));
  }

  #post(address, body) {
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token };
    return fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  }

  async #insist(ask) {
    for (let tries = 0; ; tries += 1) {
      let answer = null;
      try {
        answer = await ask();
      } catch {
        // The line is cut; nothing is lost, the same is sent again.
      }
      if (answer && answer.status < 500 && answer.status !== 429) {
        this.onTrouble("");
        return read(answer);
      }
      this.onTrouble(gettext("The server does not answer. What you drew is kept here and sent again by itself."));
      await pause(PAUSES[Math.min(tries, PAUSES.length - 1)]);
    }
  }
}

async function read(answer) {
  if (answer.redirected) throw new Refused(gettext("You have been logged out. Log in in another tab, then try again."));
  let told = null;
  try {
    told = await answer.json();
  } catch {
    throw new Refused(interpolate(gettext("The server refused it with status %(status)s."), { status: answer.status }, true));
  }
  if (!answer.ok) throw new Refused(told.detail, told.code);
  return told;
}

function pause(milliseconds) {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}
