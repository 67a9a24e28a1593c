// The systematic look: the photo part by part at full size, and what was in view for about a second is remembered.

import { Desk } from "./drawing/desk.js";
import { Zoom } from "./drawing/zoom.js";
import { Courier } from "./look/courier.js";
import { Lines } from "./look/lines.js";
import { SmallMap } from "./look/map.js";
import { Page } from "./look/page.js";
import { Pane } from "./look/pane.js";
import { screensOf } from "./look/screens.js";
import { Seen } from "./look/seen.js";
import { listenToKeys } from "./viewer/keys.js";

const LONG_ENOUGH = 1000;
const scene = JSON.parse(document.getElementById("scene").textContent);
const page = new Page();
const stage = document.getElementById("stage");
document.getElementById("show-keys").addEventListener("click", toggleKeys);
if (scene.photo.tiles) begin();

function begin() {
  const zoom = new Zoom("look_zoom", () => lay());
  const pane = new Pane(stage, scene.photo, zoom);
  const seen = new Seen(scene);
  const map = new SmallMap(document.getElementById("map"), scene, seen, (x, y) => go(x, y));
  const courier = scene.mayDraw ? new Courier(scene, (sentence) => page.trouble("looks", sentence)) : null;
  const desk = new Desk(scene.photo.draw, (sentence) => page.trouble("lines", sentence));
  const lines = new Lines(scene, pane, desk, page);
  let [screens, place, timer, isDone] = [[], 0, null, seen.shares[0] === 1];

  // Cuts the photo anew for this window and stays where we are.
  function lay() {
    screens = screensOf(scene.photo, pane.size);
    place = nearest(pane.centre);
    pane.draw();
  }

  function nearest([x, y]) {
    const distances = screens.map(([sx, sy]) => Math.hypot(sx - x, sy - y));
    return distances.indexOf(Math.min(...distances));
  }

  function go(x, y) {
    page.goOn();
    pane.moveTo(x, y);
  }

  function goTo(index) {
    place = index;
    go(...screens[index]);
  }

  function isOpen([x, y]) {
    const [width, height] = pane.size;
    return seen.isOpen([x - width / 2, y - height / 2, x + width / 2, y + height / 2]);
  }

  function onward() {
    if (place + 1 < screens.length) return goTo(place + 1);
    // Parts that were passed too quickly come again.
    const left = courier ? screens.findIndex(isOpen) : -1;
    return left >= 0 ? goTo(left) : finish();
  }

  function finish() {
    isDone = true;
    // Not over a line that is being drawn.
    if (!lines.isOn) page.finish(courier ? gettext("You have looked at the whole photo.") : gettext("This is the end of the photo."));
  }

  // The clock begins when everything in view has arrived, and begins anew with every move.
  function watch() {
    clearTimeout(timer);
    if (courier && pane.isLoaded && !document.hidden && !pane.held) timer = setTimeout(remember, LONG_ENOUGH);
  }

  function remember() {
    const fresh = seen.add(pane.box);
    courier.add(fresh);
    tell();
    if (fresh.length) map.paint();
    if (!isDone && seen.shares[0] === 1) finish();
  }

  function tell() {
    page.showProgress(place + 1, screens.length, seen.shares);
  }

  pane.onMove = () => {
    if (pane.held) place = nearest(pane.centre);
    map.follow(pane.box);
    tell();
    watch();
  };
  pane.onLoad = watch;
  pane.onClick = (point) => lines.add(point);
  stage.addEventListener("dblclick", () => lines.finish());
  addEventListener("visibilitychange", watch);
  addEventListener("scroll", () => pane.onMove(), { passive: true });
  addEventListener("resize", lay);

  const turn = (on) => {
    lines.turn(on);
    document.querySelector('[data-action="line"]')?.setAttribute("aria-pressed", String(on));
    if (on) page.goOn();
  };
  const actions = {
    onward,
    backward: () => goTo(Math.max(0, place - 1)),
    zoom_in: () => zoom.by(1),
    zoom_out: () => zoom.by(-1),
    actual: () => zoom.to(1),
    hide: () => lines.hide(true),
    unhide: () => lines.hide(false),
    stay: () => page.goOn(),
    help: toggleKeys,
  };
  if (scene.mayDraw) {
    Object.assign(actions, {
      line: () => turn(!lines.isOn),
      finish: () => lines.finish(),
      drop: () => turn(false),
      brush: () => paint(pane.box),
    });
  }
  listen(actions);
  lay();
  map.paint();
  const first = courier && !isDone ? screens.findIndex(isOpen) : 0;
  const asked = /^#(\d+),(\d+)$/.exec(location.hash);
  if (asked) go(Number(asked[1]), Number(asked[2]));
  else goTo(Math.max(0, first));
}

// The part in view goes along, and the way back leads to the same place.
function paint(box) {
  const [x0, y0, x1, y1] = box.map(Math.round);
  const back = `${location.pathname}#${Math.round((x0 + x1) / 2)},${Math.round((y0 + y1) / 2)}`;
  // A crop is at most so large; its middle is what counts.
  const fit = (from, to) => [Math.max(from, Math.round((from + to) / 2) - 1024), Math.min(to, Math.round((from + to) / 2) + 1024)];
  const [[left, right], [top, bottom]] = [fit(x0, x1), fit(y0, y1)];
  location.assign(`${scene.edit}?box=${left},${top},${right},${bottom}&next=${encodeURIComponent(back)}`);
}

function listen(actions) {
  listenToKeys(scene.keys, actions);
  for (const button of document.querySelectorAll("[data-action]")) {
    button.addEventListener("click", (event) => {
      actions[button.dataset.action]?.();
      // After a click the keys belong to the picture again; who tabs stays on the button.
      if (event.detail) stage.focus({ preventScroll: true });
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
