// What was made by drawing is told on the page that one comes to, with a link to each crack and a way to take it back.

import { LoggedOut, post } from "../post.js";

const NAME = "hairline_drawn";

// `drawn` is {kind, was, made, undo, page, back}: what was done to which number, the cracks as the server describes them,
// where each drawing is taken back in the order they were made, the photo's page, and where one had come from.
export function leaveWord(drawn) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(drawn));
  } catch {
    // A browser that keeps nothing tells nothing; the photo's history does.
  }
}

export function tellDrawn() {
  let drawn = null;
  try {
    drawn = JSON.parse(sessionStorage.getItem(NAME));
    sessionStorage.removeItem(NAME);
  } catch {
    return;
  }
  const box = document.querySelector(".messages");
  if (!drawn || !box) return;
  const line = box.appendChild(document.createElement("p"));
  line.className = "message message--success message--drawn";
  const words = line.appendChild(document.createElement("span"));
  if (drawn.isTakenBack) words.append(takenBack(drawn));
  else {
    words.append(...sentence(drawn));
    line.append(undoButton(drawn, words));
  }
  line.append(closeButton(box));
  box.hidden = false;
}

function takenBack({ was }) {
  if (!was) return gettext("Taken back: what was drawn stands no more.");
  return interpolate(gettext("Taken back: crack %(was)s stands again as it was."), { was }, true);
}

// The words before and after the cracks, and the cracks themselves as links.
function sentence({ kind, was, made, page }) {
  const count = made.length;
  const words = {
    mask: was
      ? ngettext("Crack %(was)s is corrected and stands as %(cracks)s.", "Crack %(was)s is corrected. %(count)s cracks stand now, since the pieces do not touch: %(cracks)s.", count)
      : ngettext("Added: %(cracks)s.", "%(count)s cracks are added, since the pieces do not touch: %(cracks)s.", count),
    split: gettext("Crack %(was)s is cut: %(count)s cracks stand now, %(cracks)s."),
    merge: gettext("Joined to %(cracks)s."),
  }[kind];
  const [before, after] = interpolate(words, { was, count, cracks: "\n" }, true).split("\n");
  const links = made.flatMap((crack, index) => [index ? ", " : "", ...described(crack, page)]);
  return [before, ...links, after].filter(Boolean);
}

function described({ number, length, width }, page) {
  const link = document.createElement("a");
  link.href = `${page}#crack-${number}`;
  link.textContent = interpolate(gettext("crack %(number)s"), { number }, true);
  return [link, ` (${interpolate(gettext("%(length)s long, width %(width)s"), { length, width }, true)})`];
}

function undoButton(drawn, words) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button button--small", textContent: gettext("Take it back") });
  button.addEventListener("click", async () => {
    button.disabled = true;
    const refusal = await takeBack(drawn);
    if (refusal) {
      words.textContent = refusal;
      button.remove();
      return;
    }
    leaveWord({ was: drawn.was, isTakenBack: true });
    history.replaceState(null, "", drawn.back);
    location.reload();
  });
  return button;
}

function closeButton(box) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button button--small button--quiet", textContent: gettext("Close") });
  button.addEventListener("click", () => {
    button.closest(".message").remove();
    box.hidden = !box.children.length;
  });
  return button;
}

// The last first. The sentence of a refusal, or "".
async function takeBack({ undo }) {
  for (const address of [...undo].reverse()) {
    try {
      const { ok, told } = await post(address, {});
      if (!ok) return told.detail;
    } catch (error) {
      if (error instanceof LoggedOut) return gettext("You have been logged out. Load the page again to log in.");
      return gettext("The server did not answer. The photo’s history takes it back, too.");
    }
  }
  return "";
}
