// The viewer: puts the photo, what the network saw, the traced cracks and their list together.

import { recall, remember } from "./remembered.js";
import "./talk/mentions.js";
import { WidthColours } from "./viewer/colours.js";
import { Ends } from "./viewer/ends.js";
import { Heat } from "./viewer/heat.js";
import { listenToKeys } from "./viewer/keys.js";
import { CrackList } from "./viewer/list.js";
import { listenForMeanwhile } from "./viewer/meanwhile.js";
import { rememberPlace } from "./viewer/memory.js";
import { Outlines } from "./viewer/outlines.js";
import { Picked } from "./viewer/picked.js";
import { openPhoto, rememberView } from "./viewer/picture.js";
import { ScalePanel } from "./viewer/scale.js";
import { Sliders } from "./viewer/sliders.js";
import { showStatus } from "./viewer/status.js";
import { makeTabs } from "./viewer/tabs.js";
import { Widths } from "./viewer/widths.js";

const scene = JSON.parse(document.getElementById("scene").textContent);
const stage = document.getElementById("canvas");
const widths = new Widths(scene);
const picked = new Picked(scene, widths);
const list = new CrackList(scene.cracks, (crack, words) => {
  picked.show(crack, words);
  panel.preview();
});
const panel = new ScalePanel(scene, list);
let ends = null;
const actions = {
  next_photo: () => document.getElementById("next-photo")?.click(),
  previous_photo: () => document.getElementById("previous-photo")?.click(),
  next_crack: () => list.step(1),
  previous_crack: () => list.step(-1),
  accept: () => list.decide("accepted"),
  reject: () => list.decide("rejected"),
  edit: () => document.getElementById("edit-crack")?.click(),
  look: () => document.getElementById("look-through")?.click(),
  undo: () => list.decide("undo"),
  comment: () => document.getElementById("say-text")?.focus(),
  mine: () => document.getElementById("assign-mine")?.click(),
  deselect: () => (ends?.isMarking ? ends.mark(false) : list.select(null)),
  help: toggleKeys,
};

for (const reason of ["joint", "shadow", "stain", "moss"]) actions[reason] = () => list.decide("rejected", { reason });
scene.states.slice(0, 4).forEach((state, place) => {
  actions[`state_${place + 1}`] = () => list.decide("accepted", { state });
});
listenForMeanwhile();

const tabs = makeTabs(document.querySelector(".tabs"), (id) => ends?.show(id === "tab-scale"));
for (const element of document.querySelectorAll("[data-script], #show-keys, .viewer__tools")) element.hidden = false;
document.getElementById("show-keys").addEventListener("click", toggleKeys);

if (scene.tiles) {
  const picture = openPhoto(stage, scene);
  const layers = document.createElement("div");
  layers.className = "viewer__layers";
  picture.viewer.canvas.append(layers);
  const outlines = new Outlines(layers, picture, scene);
  picked.attach(outlines, picture);
  list.attach(outlines, picture);
  const colours = new WidthColours(layers, picture, scene, widths);
  ends = new Ends(layers, picture, () => panel.preview());
  panel.attach(ends);
  ends.show(tabs.current === "tab-scale");
  offerColours(colours, outlines);
  showStatus(picture);
  rememberView(picture, scene.id);
  Object.assign(actions, {
    fit: () => picture.fit(),
    actual: () => picture.actual(),
    zoom_in: () => picture.zoomBy(1.5),
    zoom_out: () => picture.zoomBy(1 / 1.5),
  });
  if (scene.probability) paintHeat(picture, layers, [outlines, colours]);
} else {
  document.querySelector(".viewer__tools").hidden = true;
}

function offerColours(colours, outlines) {
  const button = document.getElementById("by-width");
  if (!button) return;
  const put = async (on) => {
    button.setAttribute("aria-pressed", String(on));
    remember("by_width", on);
    try {
      await colours.show(on);
      outlines.setByWidth(on);
    } catch {
      button.setAttribute("aria-pressed", "false");
      document.getElementById("notice").textContent = gettext("The widths along the cracks cannot be loaded.");
    }
  };
  actions.by_width = () => put(!colours.on);
  list.onVerdict = () => colours.on && put(true);
  if (recall("by_width", false)) put(true);
}

function paintHeat(picture, layers, drawn) {
  const heat = new Heat(layers, picture);
  const sliders = new Sliders(scene, {
    opacity: (share) => [heat, ...drawn].forEach((layer) => layer.setOpacity(share)),
    threshold: (value) => heat.show(value),
  });
  heat.load(scene.probability).then(
    () => sliders.ready(heat),
    () => sliders.fail(),
  );
  const hide = (hidden) => layers.classList.toggle("is-hidden", hidden);
  Object.assign(actions, {
    overlay: () => sliders.cycleOpacity(),
    lower: () => sliders.moveThreshold(-0.05),
    raise: () => sliders.moveThreshold(0.05),
    hide: () => hide(true),
    unhide: () => hide(false),
  });
}

rememberPlace(scene.id, tabs, list);
document.querySelector(".film [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

for (const button of document.querySelectorAll("[data-action]")) {
  button.addEventListener("click", () => actions[button.dataset.action]?.());
}
for (const button of document.querySelectorAll("[data-hold]")) {
  button.addEventListener("pointerdown", () => actions.hide?.());
  for (const end of ["pointerup", "pointerleave", "pointercancel", "blur"]) {
    button.addEventListener(end, () => actions.unhide?.());
  }
}
listenToKeys(scene.keys, actions);

function toggleKeys() {
  const sheet = document.getElementById("keys");
  if (sheet.open) sheet.close();
  else sheet.showModal();
}
