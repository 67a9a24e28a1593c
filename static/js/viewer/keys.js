// One key, one action; the table comes from the server, the same as in the tooltips and the key sheet.

const TEXT = 'input:not([type="range"], [type="checkbox"], [type="radio"]), select, textarea, [contenteditable]';
const PRESSES = [" ", "Enter"];
const OWN_KEYS = /^(Arrow|Home|End|Page)/;

export function listenToKeys(bindings, actions) {
  document.addEventListener("keydown", (event) => {
    const action = bindings[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action || !actions[action] || isTaken(event)) return;
    if (action === "hide") {
      if (!event.repeat) actions.hide();
      return;
    }
    event.preventDefault();
    actions[action]();
  });
  document.addEventListener("keyup", (event) => {
    if (bindings[event.key] === "hide") actions.unhide?.();
  });
  // A window that loses the keyboard never hears the key go up.
  addEventListener("blur", () => actions.unhide?.());
}

function isTaken(event) {
  if (document.documentElement.dataset.keys === "off" && event.key.length === 1) return true;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  if (document.querySelector("dialog[open]") && event.key !== "?") return true;
  if (event.target.closest(TEXT)) return true;
  // Where the keyboard stands on a button, these press it.
  if (PRESSES.includes(event.key) && event.target.closest("button, a, summary")) return true;
  return OWN_KEYS.test(event.key) && Boolean(event.target.closest('input:not([type="checkbox"]), [role="tab"], [role="slider"]'));
}
