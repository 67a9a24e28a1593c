// The words around the picture: how far we are, what was added, what went wrong, and the end.

export class Page {
  constructor() {
    for (const id of ["progress", "added", "added-rows", "drawing-bar", "drawing-words", "done", "done-words", "next-photo", "stage"]) {
      this[id] = document.getElementById(id);
    }
    this.alarm = document.getElementById("trouble");
    this.troubles = new Map();
  }

  showProgress(place, count, [own, any]) {
    const numbers = { place, count, own: percent(own), any: percent(any) };
    const words = gettext("Part %(place)s of %(count)s. Looked at: %(own)s by you, %(any)s by anybody");
    this.progress.textContent = fill(words, numbers);
  }

  // Each who may be in trouble says so under a name of their own, and "" when it is over.
  trouble(who, sentence) {
    if (sentence) this.troubles.set(who, sentence);
    else this.troubles.delete(who);
    const all = [...new Set(this.troubles.values())].join(" ");
    if (this.alarm.textContent === all) return;
    this.alarm.textContent = all;
    this.alarm.hidden = !all;
  }

  showPoints(count) {
    this["drawing-bar"].hidden = count === null;
    this["drawing-words"].textContent = count
      ? fill(ngettext("%(count)s place", "%(count)s places", count), { count })
      : gettext("Click along the crack.");
    this.stage.classList.toggle("is-drawing", count !== null);
  }

  addRow(words) {
    this.added.hidden = false;
    const row = this["added-rows"].appendChild(document.createElement("li"));
    row.textContent = words;
    return {
      done({ made, replaced }, onUndo) {
        const told = made.map(({ number, width }) => fill(gettext("Crack %(number)s, %(width)s wide"), { number, width }));
        const numbers = replaced.map(({ number }) => number).join(", ");
        const words = ngettext("with crack %(numbers)s in it", "with cracks %(numbers)s in it", replaced.length);
        if (numbers) told.push(fill(words, { numbers }));
        row.replaceChildren(mark(), told.join("; "), button(gettext("Take it back"), onUndo));
      },
      failed(sentence, onAgain = null) {
        row.textContent = sentence;
        row.classList.add("is-bad");
        if (!onAgain) return;
        row.append(button(gettext("Try again"), () => {
          row.remove();
          onAgain();
        }));
        row.append(button(gettext("Leave it"), () => row.remove()));
      },
      gone: () => row.remove(),
    };
  }

  finish(words) {
    this["done-words"].textContent = words;
    this.done.hidden = false;
    (this["next-photo"] ?? this.done.querySelector("a")).focus();
  }

  goOn() {
    this.done.hidden = true;
  }
}

function percent(share) {
  return `${Math.floor(100 * share + 1e-9)} %`;
}

function fill(words, values) {
  return interpolate(words, values, true);
}

function mark() {
  const sign = document.createElement("i");
  sign.className = "mark mark--added";
  return sign;
}

function button(words, onPress) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button button--small";
  made.textContent = words;
  made.addEventListener("click", onPress);
  return made;
}
