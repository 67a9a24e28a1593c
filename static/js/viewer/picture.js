// The photo itself in OpenSeadragon: tiles from our own addresses, our own buttons and keys.

const MARGIN = 0.2;
const SMALLEST_VIEW = 240;
const NAVIGATOR = 128;

export function openPhoto(element, scene) {
  forgoInlineStyle();
  const viewer = OpenSeadragon({
    element,
    // Our own buttons say what they do and take the keyboard.
    showNavigationControl: false,
    keyboardNavEnabled: false,
    drawer: "canvas",
    showNavigator: true,
    navigatorPosition: "TOP_RIGHT",
    ...navigatorSize(scene),
    navigatorAutoFade: true,
    navigatorBorderColor: "#737c87",
    navigatorDisplayRegionColor: "#6db3f2",
    animationTime: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 0.25,
    springStiffness: 10,
    maxZoomPixelRatio: 8,
    minZoomImageRatio: 0.8,
    visibilityRatio: 0.4,
    gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
    gestureSettingsTouch: { clickToZoom: false },
    tileSources: {
      width: scene.width,
      height: scene.height,
      tileSize: scene.tileSize,
      minLevel: scene.minLevel,
      maxLevel: scene.maxLevel,
      getTileUrl: (level, column, row) => `${scene.tiles}${level}/${column}_${row}.jpg`,
    },
  });
  // Where all of the photo is seen, a small map of it only hides a corner.
  viewer.addHandler("update-viewport", () => {
    const view = viewer.viewport.getBounds(true);
    const isWhole = view.x <= 0.001 && view.y <= 0.001 && view.x + view.width >= 0.999;
    const seen = isWhole && view.y + view.height >= (0.999 * scene.height) / scene.width;
    viewer.navigator.element.style.setProperty("visibility", seen ? "hidden" : "visible");
  });
  viewer.canvas.setAttribute("role", "img");
  viewer.canvas.setAttribute("aria-label", document.querySelector("h1").textContent);
  return new Picture(viewer, scene);
}

// OpenSeadragon adds a <style> unless it finds one marked as its own, and our pages allow no inline styles. What it
// looks for is the name and the mark; an element of no particular namespace has both and styles nothing.
function forgoInlineStyle() {
  const mark = document.createElementNS(null, "style");
  mark.setAttribute("data-openseadragon-mobile-css", "");
  document.head.append(mark);
}

function navigatorSize({ width, height }) {
  const scale = Math.min(NAVIGATOR / width, NAVIGATOR / height);
  return { navigatorWidth: `${Math.round(width * scale)}px`, navigatorHeight: `${Math.round(height * scale)}px` };
}

// The photo in its window. All places are pixels of the upright photo.
class Picture {
  constructor(viewer, scene) {
    Object.assign(this, { viewer, width: scene.width, height: scene.height });
  }

  // Called whenever the photo has moved on the screen.
  onMove(paint) {
    for (const event of ["update-viewport", "open", "resize"]) this.viewer.addHandler(event, paint);
  }

  get isOpen() {
    return this.viewer.world.getItemCount() > 0;
  }

  // Where the photo's corner lies in the window, and how many screen pixels one of its pixels takes.
  get place() {
    const item = this.viewer.world.getItemAt(0);
    const corner = item.imageToViewerElementCoordinates(new OpenSeadragon.Point(0, 0));
    const far = item.imageToViewerElementCoordinates(new OpenSeadragon.Point(this.width, 0));
    return { x: corner.x, y: corner.y, scale: (far.x - corner.x) / this.width };
  }

  at(position) {
    return this.viewer.world.getItemAt(0).viewerElementToImageCoordinates(position);
  }

  fit() {
    this.viewer.viewport.goHome();
  }

  actual() {
    const zoom = this.viewer.viewport.imageToViewportZoom(1 / devicePixelRatio);
    this.viewer.viewport.zoomTo(zoom);
    this.viewer.viewport.applyConstraints();
  }

  zoomBy(factor) {
    this.viewer.viewport.zoomBy(factor);
    this.viewer.viewport.applyConstraints();
  }

  panTo(box) {
    if (this.isOpen) this.#panTo(box);
    else this.viewer.addOnceHandler("open", () => this.#panTo(box));
  }

  #panTo([x0, y0, x1, y1]) {
    const width = Math.max(x1 - x0, SMALLEST_VIEW) * (1 + 2 * MARGIN);
    const height = Math.max(y1 - y0, SMALLEST_VIEW) * (1 + 2 * MARGIN);
    const item = this.viewer.world.getItemAt(0);
    const view = item.imageToViewportRectangle((x0 + x1 - width) / 2, (y0 + y1 - height) / 2, width, height);
    this.viewer.viewport.fitBounds(view);
  }
}

// A page that loads itself again shows the same part of the photo as before.
export function rememberView(picture, id) {
  const name = `hairline_view_${id}`;
  addEventListener("pagehide", () => {
    if (!picture.isOpen) return;
    const { x, y, width, height } = picture.viewer.viewport.getBounds();
    sessionStorage.setItem(name, JSON.stringify([x, y, width, height]));
  });
  const stored = sessionStorage.getItem(name);
  sessionStorage.removeItem(name);
  if (!stored || performance.getEntriesByType("navigation")[0]?.type !== "reload") return;
  picture.viewer.addOnceHandler("open", () => {
    picture.viewer.viewport.fitBounds(new OpenSeadragon.Rect(...JSON.parse(stored)), true);
  });
}
