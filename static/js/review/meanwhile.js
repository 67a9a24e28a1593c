// Somebody else has decided the region on show since it was read: what stands now, and the choice.

const part = (name) => document.getElementById(`meanwhile${name}`);

// True: decide all the same. False, also on Escape: leave it as it is. `told` is the server's answer.
export function ask({ called, mine, isUndo, told }) {
  const dialog = part("");
  const who = { name: told.by, what: called };
  part("-words").textContent = told.decision
    ? interpolate(gettext("%(name)s has decided on %(what)s since you saw it. It stands now:"), who, true)
    : interpolate(gettext("%(name)s has taken back the decision on %(what)s since you saw it. Nothing is decided now."), who, true);
  part("-standing").innerHTML = told.standing;
  part("-wanted").textContent = isUndo
    ? gettext("You wanted to take your decision back.")
    : interpolate(gettext("Your decision: %(decision)s. It is not saved yet."), { decision: mine }, true);
  part("-effect").textContent = isUndo
    ? interpolate(gettext("“Leave it so” changes nothing. “Take it back all the same” takes back what %(name)s has decided."), who, true)
    : interpolate(gettext("“Leave it so” changes nothing and drops your decision. “Decide as I did” puts yours in place of what %(name)s has left. The history keeps both."), who, true);
  part("-mine").textContent = isUndo ? gettext("Take it back all the same") : gettext("Decide as I did");
  part("-mine").hidden = isUndo && !told.decision;
  dialog.showModal();
  part("-keep").focus();
  return new Promise((resolve) => {
    const answer = (insists) => () => {
      dialog.close();
      resolve(insists);
    };
    part("-keep").onclick = answer(false);
    part("-mine").onclick = answer(true);
    dialog.oncancel = () => resolve(false);
  });
}
