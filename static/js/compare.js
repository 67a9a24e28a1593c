// Two photos laid over each other, with a handle between them; the right one can be moved by hand.

/* global gettext, interpolate */
const stage = document.getElementById("compare-stage");
const STEPS = { ArrowLeft: -2, ArrowDown: -2, ArrowRight: 2, ArrowUp: 2, PageDown: -10, PageUp: 10, Home: -100, End: 100 };
const NUDGE_PX = 6;
const NUDGE_SCALE = 1.02;

class Swipe {
  constructor(handle) {
    this.handle = handle;
    this.at = 50;
    handle.addEventListener("keydown", (event) => this.press(event));
    stage.addEventListener("pointerdown", (event) => this.take(event));
    stage.addEventListener("pointermove", (event) => this.held === event.pointerId && this.follow(event));
    for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, () => { this.held = null; });
    this.put(50);
  }

  put(share) {
    this.at = Math.min(100, Math.max(0, share));
    stage.style.setProperty("--at", `${this.at}%`);
    const shown = Math.round(this.at);
    this.handle.setAttribute("aria-valuenow", shown);
    this.handle.setAttribute("aria-valuetext", interpolate(gettext("%(n)s % of the left photo"), { n: shown }, true));
  }

  press(event) {
    const step = STEPS[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.put(this.at + step);
  }

  take(event) {
    const layered = stage.classList.contains("is-swipe");
    if (!layered || event.altKey || event.button !== 0 || event.target.closest("a")) return;
    event.preventDefault();
    this.held = event.pointerId;
    stage.setPointerCapture(event.pointerId);
    this.handle.focus({ preventScroll: true });
    this.follow(event);
  }

  follow(event) {
    const { left, width } = stage.getBoundingClientRect();
    this.put((100 * (event.clientX - left)) / width);
  }
}

class Nudge {
  constructor(moved, buttons) {
    this.moved = moved;
    this.back();
    buttons.addEventListener("click", (event) => this.press(event.target.closest("button")));
    stage.addEventListener("pointerdown", (event) => this.take(event));
    stage.addEventListener("pointermove", (event) => this.held === event.pointerId && this.follow(event));
    for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, () => { this.held = null; });
    stage.addEventListener("wheel", (event) => this.turn(event), { passive: false });
  }

  back() {
    this.place = { x: 0, y: 0, scale: 1 };
    this.put({});
  }

  put(change) {
    Object.assign(this.place, change);
    const { x, y, scale } = this.place;
    this.moved.style.setProperty("transform", `translate(${x}px, ${y}px) scale(${scale})`);
  }

  press(button) {
    if (!button) return;
    if (button.dataset.nudge === "back") {
      this.back();
      return;
    }
    const [x, y, larger] = button.dataset.nudge.split(" ").map(Number);
    const place = this.place;
    this.put({ x: place.x + NUDGE_PX * x, y: place.y + NUDGE_PX * y, scale: place.scale * NUDGE_SCALE ** larger });
  }

  take(event) {
    if (!event.altKey || event.button !== 0) return;
    event.preventDefault();
    this.held = event.pointerId;
    stage.setPointerCapture(event.pointerId);
    this.from = { x: this.place.x - event.clientX, y: this.place.y - event.clientY };
  }

  follow(event) {
    this.put({ x: this.from.x + event.clientX, y: this.from.y + event.clientY });
  }

  turn(event) {
    if (!event.altKey) return;
    event.preventDefault();
    this.put({ scale: Math.min(5, Math.max(0.2, this.place.scale * NUDGE_SCALE ** -Math.sign(event.deltaY))) });
  }
}

function begin() {
  const handle = document.getElementById("compare-handle");
  const tools = document.getElementById("compare-tools");
  stage.style.setProperty("--ratio", stage.dataset.width / stage.dataset.height);
  const arrange = () => {
    const layered = tools.querySelector("[name=layout]:checked").value === "swipe";
    stage.classList.toggle("is-swipe", layered);
    handle.hidden = !layered;
  };
  tools.hidden = false;
  tools.addEventListener("change", arrange);
  document.getElementById("compare-lines").addEventListener("change", (event) => {
    stage.classList.toggle("is-plain", !event.target.checked);
  });
  new Swipe(handle);
  new Nudge(stage.querySelector(".compare__side--right .compare__moved"), document.getElementById("compare-nudge"));
  arrange();
}

if (stage) begin();
