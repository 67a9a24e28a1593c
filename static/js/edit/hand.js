// The hand at the easel: mouse, pen or finger. Two fingers, the middle button or Space push the picture about.

// Pixels of the screen; a finger rolls.
const CLICK = { mouse: 5, pen: 8, touch: 12 };

export class Hand {
  // `tools.current` gets down, move, up and drop with a place on the photo, all but drop with the event.
  constructor(easel, tools) {
    Object.assign(this, { easel, tools });
    this.fingers = new Map();
    this.isPushing = false;
    const { stage } = easel;
    stage.addEventListener("pointerdown", (event) => this.#down(event));
    stage.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, (event) => this.#up(event));
    stage.addEventListener("pointerleave", () => tools.hover(null));
    stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    stage.addEventListener("contextmenu", (event) => event.preventDefault());
    this.#listenToSpace();
  }

  #listenToSpace() {
    const { stage } = this.easel;
    const hold = (on) => {
      this.isSpace = on;
      stage.classList.toggle("is-pushed", on);
    };
    document.addEventListener("keydown", (event) => {
      if (event.key !== " " || event.target.closest("button, a, summary, input, textarea, dialog[open]")) return;
      event.preventDefault();
      hold(true);
    });
    document.addEventListener("keyup", (event) => event.key === " " && hold(false));
    addEventListener("blur", () => hold(false));
  }

  #down(event) {
    if (event.target.closest("button, a")) return;
    const { stage } = this.easel;
    stage.focus({ preventScroll: true });
    stage.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    this.start = [event.clientX, event.clientY];
    if (this.fingers.size > 1) {
      this.tools.drop();
      this.isPushing = true;
      this.spread = this.#spread;
    } else if (event.button === 1 || this.isSpace) {
      event.preventDefault();
      this.isPushing = true;
    } else if (event.button === 0 || event.button === 5) {
      this.isDrawing = true;
      this.tools.down(this.easel.at(event), event);
    }
  }

  #move(event) {
    const last = this.fingers.get(event.pointerId);
    if (!last || this.isDrawing) this.tools.hover(event);
    if (!last) return;
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.isPushing) {
      const share = 1 / this.fingers.size;
      this.easel.moveBy((event.clientX - last[0]) * share, (event.clientY - last[1]) * share);
      if (this.fingers.size === 2) this.#pinch();
    } else if (this.isDrawing) {
      const passed = event.getCoalescedEvents?.() ?? [];
      for (const place of passed.length ? passed : [event]) this.tools.move(this.easel.at(place), place);
    }
  }

  #up(event) {
    this.fingers.delete(event.pointerId);
    if (this.isDrawing && event.type === "pointercancel") this.tools.drop();
    else if (this.isDrawing) {
      const isClick = Math.hypot(event.clientX - this.start[0], event.clientY - this.start[1]) < (CLICK[event.pointerType] ?? CLICK.mouse);
      this.tools.up(this.easel.at(event), event, isClick);
    }
    this.isDrawing = false;
    if (!this.fingers.size) this.isPushing = false;
  }

  get #spread() {
    const [[ax, ay], [bx, by]] = [...this.fingers.values()];
    return Math.hypot(ax - bx, ay - by);
  }

  #pinch() {
    const ratio = this.#spread / this.spread;
    if (ratio < 1.35 && ratio > 0.74) return;
    this.spread = this.#spread;
    this.easel.zoom.by(ratio > 1 ? 1 : -1);
  }

  #wheel(event) {
    event.preventDefault();
    if (event.ctrlKey) this.easel.zoom.by(event.deltaY < 0 ? 1 : -1);
    else if (event.shiftKey) this.easel.moveBy(-event.deltaY, 0);
    else this.easel.moveBy(-event.deltaX, -event.deltaY);
  }
}
