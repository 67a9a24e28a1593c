// The strip below the photo: where the pointer is, and how large a pixel is shown.

import { fixed } from "../numbers.js";

export function showStatus(picture) {
  const [x, y] = ["x", "y"].map((name) => document.querySelector(`#status-place [data-${name}]`));
  const zoom = document.getElementById("status-zoom");
  const { element } = picture.viewer;

  const put = (point) => {
    const inside = point && point.x >= 0 && point.y >= 0 && point.x < picture.width && point.y < picture.height;
    x.textContent = inside ? Math.floor(point.x) : "–";
    y.textContent = inside ? Math.floor(point.y) : "–";
  };
  element.addEventListener("pointermove", (event) => {
    if (!picture.isOpen) return;
    const box = element.getBoundingClientRect();
    put(picture.at(new OpenSeadragon.Point(event.clientX - box.left, event.clientY - box.top)));
  });
  element.addEventListener("pointerleave", () => put(null));

  picture.onMove(() => {
    if (!picture.isOpen) return;
    const percent = 100 * picture.place.scale * devicePixelRatio;
    zoom.textContent = `${percent < 10 ? fixed(percent, 1) : Math.round(percent)} %`;
  });
}
