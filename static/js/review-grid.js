// The grid of patches: mark one, mark all in between, mark a group; one Apply that says what it will do and can be undone.

import { Kept } from "./grid/kept.js";
import { LoggedOut, logInLink, post } from "./post.js";
import { rememberSwitch } from "./remembered.js";
import { listenToKeys } from "./viewer/keys.js";

const scene = JSON.parse(document.getElementById("scene").textContent);
const form = document.getElementById("patches");
const words = document.getElementById("apply-words");
const action = document.getElementById("apply-action");
const apply = document.getElementById("apply");
const none = document.getElementById("apply-none");
const trouble = document.getElementById("trouble");
const did = document.getElementById("did");
const lines = document.getElementById("lines");
const kept = new Kept(scene.user);
let last = null;
let isBusy = false;

const patches = () => [...form.querySelectorAll("[data-region]")];
const boxOf = (patch) => patch.querySelector(".patch__box");
const marked = () => patches().filter((patch) => boxOf(patch).checked);
const here = () => document.activeElement?.closest?.("[data-region]");

function tell() {
  const count = marked().length;
  if (words) words.textContent = count ? promise(count) : gettext("Nothing is marked. Click a patch, or Shift+click for all in between.");
  for (const button of [apply, none]) if (button) button.disabled = !count || isBusy;
}

// What Apply will do, and what it leaves alone.
function promise(count) {
  const [reason] = action.selectedOptions[0].textContent.trim().split(": ");
  const isAccepting = action.value === "accepted";
  const will = isAccepting
    ? ngettext("Apply will accept %(count)s region as a crack.", "Apply will accept %(count)s regions as cracks.", count)
    : ngettext("Apply will reject %(count)s region as %(reason)s.", "Apply will reject %(count)s regions as %(reason)s.", count);
  const grave = isAccepting ? 0 : marked().filter((patch) => "grave" in patch.dataset).length;
  const careful = ngettext("%(grave)s of them is to be looked at: wide, or in a grave state.", "%(grave)s of them are to be looked at: wide, or in a grave state.", grave);
  return [interpolate(will, { count, reason }, true), grave ? interpolate(careful, { grave }, true) : "", others(count)].filter(Boolean).join(" ");
}

function others(count) {
  const [own, elsewhere] = [patches().length - count, Math.max(0, scene.left - patches().length)];
  if (!elsewhere) return interpolate(gettext("The other %(own)s stay undecided."), { own }, true);
  return interpolate(gettext("The other %(own)s on this page and the %(elsewhere)s on other pages stay undecided."), { own, elsewhere }, true);
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

// First those that nothing speaks against; those to look at only when asked again.
function markGroup(group) {
  const own = [...group.querySelectorAll(".patch__box")];
  const plain = own.filter((box) => !box.closest("[data-grave]"));
  const isOpen = (boxes) => boxes.some((box) => !box.checked);
  const on = isOpen(own);
  for (const box of isOpen(plain) ? plain : own) box.checked = on;
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
  const told = await ask({ regions, action: verdict, reason });
  if (!told) return;
  unmark();
  kept.push(told.regions);
  again({ said: outcome(told.decided), place: patches().indexOf(chosen[0]), isUndoable: true });
}

function outcome(count) {
  const [reason] = action.selectedOptions[0].textContent.trim().split(": ");
  const done =
    action.value === "accepted"
      ? ngettext("%(count)s accepted as a crack.", "%(count)s accepted as cracks.", count)
      : ngettext("%(count)s rejected: %(reason)s.", "%(count)s rejected: %(reason)s.", count);
  return interpolate(done, { count, reason }, true);
}

// Exactly the last batch; what somebody else has changed since is left and named by the server.
async function undo() {
  const regions = kept.last;
  if (!regions) return say({ said: gettext("There is no Apply of yours to take back.") });
  const told = await ask({ regions, action: "undo" });
  if (!told) return undefined;
  kept.pop();
  const taken = interpolate(ngettext("%(count)s taken back.", "%(count)s taken back.", told.taken), { count: told.taken }, true);
  const left = interpolate(ngettext("%(count)s is left as it is.", "%(count)s are left as they are.", told.left), { count: told.left }, true);
  const said = told.left ? `${taken} ${left} ${told.detail}` : taken;
  return again({ said, place: 0, isUndoable: Boolean(kept.last) });
}

// What the server made of it; undefined where it refused, and then the page says why.
async function ask(body) {
  if (isBusy) return undefined;
  isBusy = true;
  trouble.hidden = true;
  tell();
  try {
    const { ok, told } = await post(scene.apply, body);
    if (ok) return told;
    if (told.changed?.length) leaveOut(told);
    else refuse(told.detail);
  } catch (error) {
    refuse(gettext("The server did not answer. What you marked is still marked: try again."));
    if (error instanceof LoggedOut) {
      trouble.replaceChildren(`${gettext("You have been logged out. What you marked is still marked: log in, then try again.")} `, logInLink());
    }
  }
  isBusy = false;
  tell();
  return undefined;
}

function refuse(sentence) {
  trouble.textContent = sentence;
  trouble.hidden = false;
  trouble.scrollIntoView({ block: "nearest" });
}

// The page comes anew, so that its headings and numbers are true; the others stay marked.
function leaveOut({ detail, changed }) {
  for (const patch of marked()) if (changed.includes(patch.dataset.region)) boxOf(patch).checked = false;
  again({ refused: detail, place: 0 });
}

function again(note) {
  kept.note(note);
  location.reload();
}

function say({ said, isUndoable = false }) {
  did.querySelector("span").textContent = said;
  document.getElementById("undo").hidden = !isUndoable;
  did.hidden = false;
}

// What was said and marked before the page came anew, and the keyboard back to where it was.
function resume() {
  const before = new Set(kept.marks);
  for (const patch of patches()) if (boxOf(patch).disabled === false) boxOf(patch).checked = before.has(patch.dataset.region);
  const note = kept.takeNote();
  if (!note) return;
  if (note.said) say(note);
  if (note.refused) refuse(note.refused);
  const all = patches();
  const target = all[Math.min(note.place, all.length - 1)];
  (target ? boxOf(target) : did).focus();
}

function turnPage(rel) {
  document.querySelector(`.pager a[rel="${rel}"]`)?.click();
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
lines.addEventListener("click", rememberSwitch("grid_lines", (on) => {
  form.classList.toggle("is-without-lines", !on);
  lines.setAttribute("aria-pressed", String(on));
}));
document.getElementById("undo").addEventListener("click", undo);
document.getElementById("show-keys").addEventListener("click", toggleKeys);
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
  if (event.key === "Enter") send();
  else if (event.key.toLowerCase() === "z" && !event.shiftKey && !event.target.closest("input:not([type=checkbox]), textarea")) {
    event.preventDefault();
    undo();
  }
});
listenToKeys(scene.keys, {
  next: () => go(1),
  previous: () => go(-1),
  down: () => goRow(1),
  up: () => goRow(-1),
  mark: () => here() && !boxOf(here()).disabled && mark(here(), !boxOf(here()).checked, false),
  group: () => here() && markGroup(here().closest("[data-group]")),
  none: unmark,
  focus: () => here()?.querySelector("a").click(),
  undo,
  hide: () => form.classList.add("is-bare"),
  unhide: () => form.classList.remove("is-bare"),
  page_onward: () => turnPage("next"),
  page_back: () => turnPage("prev"),
  help: toggleKeys,
});
addEventListener("pagehide", () => kept.keepMarks(marked().map((patch) => patch.dataset.region)));
resume();
tell();

function toggleKeys() {
  const sheet = document.getElementById("keys");
  if (sheet.open) sheet.close();
  else sheet.showModal();
}
