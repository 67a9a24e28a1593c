// The editor of masks: paint, rub out, cut and join on a crop of the photo at full size.

import { leaveWord } from "./drawing/told.js";
import { Zoom } from "./drawing/zoom.js";
import { Easel } from "./edit/easel.js";
import { Hand } from "./edit/hand.js";
import { Mask } from "./edit/mask.js";
import { Neighbours } from "./edit/neighbours.js";
import { Page } from "./edit/page.js";
import { Refused, Saving } from "./edit/saving.js";
import { Tools } from "./edit/tools.js";
import { Walk } from "./edit/walk.js";
import { listenToKeys } from "./viewer/keys.js";

const scene = JSON.parse(document.getElementById("scene").textContent);
document.getElementById("show-keys").addEventListener("click", toggleKeys);
if (scene.photo.tiles) begin();

function begin() {
  const page = new Page();
  const mask = new Mask(scene.photo);
  if (scene.finding) mask.load(scene.finding.box, scene.finding.runs);
  const zoom = new Zoom("edit_zoom", () => easel.draw());
  const easel = new Easel(document.getElementById("stage"), scene, mask, zoom);
  const tools = new Tools(easel, mask, page);
  const saving = new Saving(scene, mask, page);
  const neighbours = new Neighbours(easel, scene);
  const own = scene.cracks.find(({ id }) => id === scene.finding?.id);
  const walk = new Walk(easel, own?.lines);
  new Hand(easel, tools);

  easel.onTrouble = (sentence) => page.trouble("crop", sentence);
  easel.onReady = () => { document.documentElement.dataset.ready = "yes"; };
  tools.onChange = () => saving.keep();
  tools.onPick = (place, reach) => neighbours.toggle(place, reach);
  neighbours.onChange = (count) => page.showChosen(count);
  page.parts.reason.addEventListener("input", () => saving.keep());

  const change = (boxes) => {
    for (const box of boxes) easel.repaint(box);
    saving.keep();
  };

  // Sends with `send`, then leaves for where the cracks are that came of it.
  let again = null;
  async function send(work, words) {
    if (page.isBusy) return;
    again = () => send((insists) => work(insists), words);
    page.busy(true);
    page.say(words);
    page.trouble("refused", "");
    try {
      const made = await work(send.insists);
      saving.discard();
      leaveWord({ ...made, was: own?.number, page: scene.photo.page, back: new URL(scene.back, location.href).href });
      location.assign(wayBack(made.made));
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      page.trouble("refused", refused.message, { canInsist: refused.code === "decided_meanwhile" });
      page.say("");
      page.busy(false);
    }
    send.insists = false;
  }

  function save() {
    if (page.isBusy) return;
    const missing = tools.finish();
    page.trouble("begun", missing);
    if (missing) return;
    if (tools.cut.length && mask.isChanged) {
      page.trouble("begun", gettext("Painting and a cut cannot be saved at once. Drop the cut with Esc and save; then cut."));
    } else if (tools.cut.length) enter();
    else if (!mask.isChanged) leaveFor(scene.back);
    else send((insists) => saving.paint(insists), gettext("Saving: the crack is being measured anew…"));
  }

  // Cutting and joining start from what the server has.
  function unlessPainted(work, words) {
    if (mask.isChanged) page.trouble("refused", gettext("Save or undo what you have painted first; then cut or join."));
    else send(work, words);
  }

  function enter() {
    if (tools.current === "cut" && tools.cut.length === 2) {
      const line = tools.cut;
      unlessPainted((insists) => saving.cut(line, insists), gettext("Cutting the crack in two…"));
    } else tools.close();
  }

  function leaveFor(address) {
    saving.discard();
    location.assign(address);
  }

  async function leave() {
    if (tools.drop() || page.isBusy) return;
    const choice = mask.isChanged ? await page.ask() : "discard";
    if (choice === "save") save();
    else if (choice === "discard") leaveFor(scene.back);
  }

  const actions = {
    brush: () => tools.take("brush"),
    eraser: () => tools.take("eraser"),
    polygon: () => tools.take("polygon"),
    smaller: () => page.stepSize(-1),
    larger: () => page.stepSize(1),
    zoom_in: () => zoom.by(1),
    zoom_out: () => zoom.by(-1),
    actual: () => zoom.to(1),
    onward: () => walk.by(1),
    backward: () => walk.by(-1),
    hide: () => easel.hide(true),
    unhide: () => easel.hide(false),
    undo: () => page.isBusy || change(mask.undo()),
    redo: () => page.isBusy || change(mask.redo()),
    enter,
    drop: () => tools.drop(),
    save,
    leave,
    insist: () => {
      send.insists = true;
      again?.();
    },
    join_chosen: () => {
      const others = [...neighbours.chosen];
      unlessPainted((insists) => saving.join(others, insists), gettext("Joining the cracks…"));
    },
    help: toggleKeys,
  };
  if (scene.finding) Object.assign(actions, { cut: () => tools.take("cut"), join: () => tools.take("join") });
  listen(actions);
  page.showChosen(0);
  tools.take("brush");
  easel.draw();
  if (saving.restore()) page.say(gettext("Your painting from before was not saved yet. It is here again."));
  saving.keep();
}

// Where one came from: on the new crack, where that place named the old one.
function wayBack(made) {
  const back = new URL(scene.back, location.href);
  if (!made.length) return back.href;
  if (back.searchParams.has("at")) back.searchParams.set("at", made[0].id);
  if (back.hash.startsWith("#crack-")) back.hash = `#crack-${made[0].number}`;
  return back.href;
}

function listen(actions) {
  listenToKeys(scene.keys, actions);
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
    const isText = event.target.closest("textarea");
    const key = event.key.toLowerCase();
    const action = key === "enter" ? "save" : isText ? "" : key === "z" && !event.shiftKey ? "undo" : key === "y" || key === "z" ? "redo" : "";
    if (!action) return;
    event.preventDefault();
    actions[action]();
  });
  for (const button of document.querySelectorAll("[data-action]")) {
    button.addEventListener("click", (event) => {
      actions[button.dataset.action]?.();
      // After a click the keys belong to the picture again; who tabs stays on the button.
      if (event.detail) document.getElementById("stage").focus({ preventScroll: true });
    });
  }
  for (const button of document.querySelectorAll("[data-hold]")) {
    button.addEventListener("pointerdown", () => actions.hide());
    for (const end of ["pointerup", "pointerleave", "pointercancel", "blur"]) button.addEventListener(end, () => actions.unhide());
  }
}

function toggleKeys() {
  const sheet = document.getElementById("keys");
  if (sheet.open) sheet.close();
  else sheet.showModal();
}
