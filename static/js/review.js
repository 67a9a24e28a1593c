// The review: the region on show, the next two ready beneath it, and one key for each decision.

import { listenToKeys } from "./viewer/keys.js";
import { Ledger } from "./review/ledger.js";
import { Line } from "./review/line.js";
import { Page } from "./review/page.js";
import "./talk/mentions.js";

const scene = JSON.parse(document.getElementById("scene").textContent);
const page = new Page(scene);
const line = new Line(scene, page);
const ledger = new Ledger(scene, line, page);
const REASONS = ["joint", "shadow", "stain", "moss", "formwork", "other"];

const actions = {
  accept: () => ledger.decide({ action: "accepted" }),
  skip: () => line.skip(),
  back: () => line.back(),
  undo: () => ledger.undo(),
  comment: () => page.forms.openComment(),
  mine: () => ledger.takeOrLeave(),
  assign: () => page.forms.openAssign(),
  edit: () => line.current?.data.may.review && location.assign(`${line.current.data.edit}?next=${encodeURIComponent(location.pathname + location.search)}`),
  photo: () => line.current && location.assign(line.current.data.photo.page),
  actual: () => line.current?.toggleScale(),
  hide: () => line.current?.hideLine(true),
  unhide: () => line.current?.hideLine(false),
  help: () => page.toggleKeys(),
};
for (const reason of REASONS) actions[reason] = () => ledger.decide({ action: "rejected", reason });
for (const place of [1, 2, 3, 4]) actions[`state_${place}`] = () => ledger.decideState(place);

listenToKeys(scene.keys, actions);
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.closest("textarea, input") || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  actions.undo?.();
});
for (const button of document.querySelectorAll("[data-action]")) {
  button.addEventListener("click", () => actions[button.dataset.action]?.());
}
const byAction = Object.fromEntries(Object.entries(scene.keys).map(([key, action]) => [action, key]));
for (const label of document.querySelectorAll("[data-key]")) label.textContent = (byAction[label.dataset.key] ?? "").toUpperCase();
document.getElementById("show-keys").addEventListener("click", actions.help);
page.forms.onComment((text) => ledger.comment(text));
page.forms.onAssign((assignee) => ledger.assign(assignee));
page.onResolve((address, resolved) => ledger.resolve(address, resolved));
line.begin(scene);
