// The grid of patches: mark one, mark all in between, mark a group; one Apply that says what it will do.

import { LoggedOut, logInLink, post } from "./post.js";
import { listenToKeys } from "./viewer/keys.js";

const scene = JSON.parse(document.getElementById("scene").textContent);
const form = document.getElementById("patches");
const words = document.getElementById("apply-words");
const action = document.getElementById("apply-action");
const apply = document.getElementById("apply");
const none = document.getElementById("apply-none");
const trouble = document.getElementById("trouble");
let last = null;

const patches = () => [...form.querySelectorAll("[data-region]")];
const boxOf = (patch) => patch.querySelector(".patch__box");
const marked = () => patches().filter((patch) => boxOf(patch).checked);
const here = () => document.activeElement?.closest?.("[data-region]");

function tell() {
  const count = marked().length;
  if (words) words.textContent = count ? promise(count) : gettext("Nothing is marked. Click a patch, or Shift+click for all in between.");
  for (const button of [apply, none]) if (button) button.disabled = !count;
}

// What Apply will do, and what it leaves alone.
function promise(count) {
  const [reason] = action.selectedOptions[0].textContent.trim().split(": ");
  const will =
    action.value === "accepted"
      ? ngettext("Apply will accept %(count)s region as a crack.", "Apply will accept %(count)s regions as cracks.", count)
      : ngettext("Apply will reject %(count)s region as %(reason)s.", "Apply will reject %(count)s regions as %(reason)s.", count);
  const others = interpolate(gettext("The other %(left)s stay undecided."), { left: patches().length - count }, true);
  return `${interpolate(will, { count, reason }, true)} ${others}`;
}

// The browser has changed the box that was clicked; with Shift the others up to the last one follow it.
form.addEventListener("click", (event) => {
  const patch = event.target.closest(".patch__box")?.closest("[data-region]");
  if (!patch) return;
  mark(patch, boxOf(patch).checked, event.shiftKey);
});

function mark(patch, on, upTo) {
  const all = patches();
  const [from, to] = [all.indexOf(upTo && last ? last : patch), all.indexOf(patch)].sort((a, b) => a - b);
  for (const one of all.slice(from, to + 1)) boxOf(one).checked = on;
  last = patch;
  tell();
}

function markGroup(group) {
  const own = [...group.querySelectorAll(".patch__box")];
  const on = own.some((box) => !box.checked);
  for (const box of own) box.checked = on;
  tell();
}

function unmark() {
  for (const patch of marked()) boxOf(patch).checked = false;
  tell();
}

function go(by) {
  const all = patches();
  const at = all.indexOf(here());
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))];
  if (next) boxOf(next).focus();
}

// The patch nearest below or above: rows are as long as the window makes them.
function goRow(way) {
  const from = here();
  if (!from) return go(0);
  const { left, top } = from.getBoundingClientRect();
  const rows = patches().map((patch) => [patch, patch.getBoundingClientRect()]).filter(([, box]) => way * (box.top - top) > 10);
  const nearest = rows.sort(([, a], [, b]) => way * (a.top - b.top) || Math.abs(a.left - left) - Math.abs(b.left - left))[0];
  if (nearest) boxOf(nearest[0]).focus();
  return undefined;
}

async function send() {
  const chosen = marked();
  if (!chosen.length) return;
  const [verdict, reason = ""] = action.value.split(":");
  const regions = chosen.map((patch) => ({ id: patch.dataset.region, seen: Number(patch.dataset.seen) }));
  apply.disabled = true;
  trouble.hidden = true;
  try {
    const { ok, told } = await post(scene.apply, { regions, action: verdict, reason });
    if (ok) location.reload();
    else refuse(told);
  } catch (error) {
    refuse({ detail: gettext("The server did not answer. What you marked is still marked: apply again.") });
    if (!(error instanceof LoggedOut)) return;
    trouble.replaceChildren(`${gettext("You have been logged out. What you marked is still marked: log in, then apply again.")} `, logInLink());
  }
}

function refuse({ detail, changed = [] }) {
  for (const id of changed) form.querySelector(`[data-region="${id}"]`)?.remove();
  trouble.textContent = detail;
  trouble.hidden = false;
  trouble.scrollIntoView({ block: "nearest" });
  tell();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
for (const button of form.querySelectorAll("[data-all]")) {
  button.addEventListener("click", () => markGroup(button.closest("[data-group]")));
}
action?.addEventListener("change", tell);
none?.addEventListener("click", unmark);
document.getElementById("show-keys").addEventListener("click", toggleKeys);
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
});
listenToKeys(scene.keys, {
  next: () => go(1),
  previous: () => go(-1),
  down: () => goRow(1),
  up: () => goRow(-1),
  mark: () => here() && mark(here(), !boxOf(here()).checked, false),
  group: () => here() && markGroup(here().closest("[data-group]")),
  none: unmark,
  focus: () => here()?.querySelector("a").click(),
  help: toggleKeys,
});
tell();

function toggleKeys() {
  const sheet = document.getElementById("keys");
  if (sheet.open) sheet.close();
  else sheet.showModal();
}
