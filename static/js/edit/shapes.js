// Shapes as spans of pixels. A pixel belongs to a shape when its middle does.

// A brush of `size` pixels drawn from one place to another. Returns the box that was painted.
export function stroke(mask, from, to, size, value) {
  const [[ax, ay], [bx, by]] = [snap(from, size), snap(to, size)];
  const radius = size / 2 + 1e-6;
  const box = [Math.min(ax, bx) - radius, Math.min(ay, by) - radius, Math.max(ax, bx) + radius, Math.max(ay, by) + radius];
  const [x0, y0, x1, y1] = [Math.floor(box[0]), Math.floor(box[1]), Math.ceil(box[2]), Math.ceil(box[3])];
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const isInside = (x, y) => {
    const along = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
    return (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2 <= radius * radius;
  };
  for (let y = y0; y < y1; y += 1) {
    let [left, right] = [x0, x1];
    while (left < right && !isInside(left + 0.5, y + 0.5)) left += 1;
    while (right > left && !isInside(right - 0.5, y + 0.5)) right -= 1;
    if (left < right) mask.span(y, left, right, value);
  }
  return [x0, y0, x1, y1];
}

// An odd brush sits on the middle of a pixel and an even one between four, so that its width is what it says.
function snap(place, size) {
  return place.map((value) => (size % 2 ? Math.floor(value) + 0.5 : Math.round(value)));
}

// Everything inside the corners; where it crosses itself, every second part.
export function fill(mask, corners, value) {
  const ys = corners.map(([, y]) => y);
  const xs = corners.map(([x]) => x);
  const [y0, y1] = [Math.floor(Math.min(...ys)), Math.ceil(Math.max(...ys))];
  for (let y = y0; y < y1; y += 1) {
    const crossings = crossingsAt(corners, y + 0.5);
    for (let index = 0; index + 1 < crossings.length; index += 2) {
      mask.span(y, Math.ceil(crossings[index] - 0.5), Math.ceil(crossings[index + 1] - 0.5), value);
    }
  }
  return [Math.floor(Math.min(...xs)), y0, Math.ceil(Math.max(...xs)), y1];
}

function crossingsAt(corners, y) {
  const found = [];
  corners.forEach(([ax, ay], index) => {
    const [bx, by] = corners[(index + 1) % corners.length];
    if (ay <= y !== by <= y) found.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
  });
  return found.sort((one, other) => one - other);
}
