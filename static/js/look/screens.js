// The photo cut into screens that overlap a little, walked to and fro like a field under the plough.

const OVERLAP = 0.08;
const LEAST_OVERLAP = 34;

// Centres of the screens in their order; `view` is the width and height of the window in pixels of the photo.
export function screensOf(photo, view) {
  const columns = places(photo.width, view[0]);
  const rows = places(photo.height, view[1]);
  return rows.flatMap((y, row) => (row % 2 ? [...columns].reverse() : columns).map((x) => [x, y]));
}

function places(length, size) {
  if (size >= length) return [length / 2];
  const step = size - Math.max(LEAST_OVERLAP, OVERLAP * size);
  const count = Math.ceil((length - size) / Math.max(1, step)) + 1;
  return Array.from({ length: count }, (_, index) => size / 2 + (index * (length - size)) / (count - 1));
}
