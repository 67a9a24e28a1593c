// What the network saw, painted over the photo: every pixel at or above the threshold, in one hue.

const AMBER = [0xff, 0xb0, 0x00];
const FAINTEST = 0.35;
// Below this the slider does not reach; such pixels are never kept.
export const LOWEST = 0.05;

export class Heat {
  constructor(layers, picture) {
    this.picture = picture;
    this.window = document.createElement("canvas");
    this.window.className = "viewer__heat";
    layers.prepend(this.window);
    this.source = null;
    this.asked = 0;
    picture.onMove(() => this.draw());
  }

  async load(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`The probability map answered ${answer.status}.`);
    this.painted = await readPixels(await answer.blob());
    this.#keep(new Uint32Array(this.painted.data.buffer));
    const source = document.createElement("canvas");
    [source.width, source.height] = [this.painted.width, this.painted.height];
    this.source = source;
  }

  // Cracks are a small part of a photo: only their pixels are remembered, so that the slider acts at once.
  #keep(pixels) {
    const lowest = Math.ceil(LOWEST * 255);
    const counts = new Uint32Array(256);
    for (let index = 0; index < pixels.length; index += 1) counts[pixels[index] & 255] += 1;
    let kept = 0;
    for (let value = lowest; value < 256; value += 1) kept += counts[value];
    this.places = new Uint32Array(kept);
    this.values = new Uint8Array(kept);
    for (let index = 0, next = 0; index < pixels.length; index += 1) {
      const value = pixels[index] & 255;
      if (value >= lowest) {
        this.places[next] = index;
        this.values[next] = value;
        next += 1;
      }
    }
    pixels.fill(0);
    this.atLeast = new Uint32Array(257);
    for (let value = 255; value >= 0; value -= 1) this.atLeast[value] = this.atLeast[value + 1] + counts[value];
  }

  // How many pixels of the map stand at or above the threshold, of how many.
  reading(threshold) {
    const shown = this.atLeast[Math.min(256, Math.ceil(threshold * 255 - 1e-9))];
    const { width, height } = this.source;
    const reduction = Math.max(1, this.picture.width / width);
    return { shown, share: shown / (width * height), reduction };
  }

  setOpacity(share) {
    this.window.style.setProperty("opacity", share);
  }

  show(threshold) {
    this.threshold = threshold;
    this.asked ||= requestAnimationFrame(() => {
      this.asked = 0;
      if (!this.source) return;
      this.#paint(ramp(this.threshold));
      this.draw();
    });
  }

  #paint(colours) {
    const pixels = new Uint32Array(this.painted.data.buffer);
    const { places, values } = this;
    for (let index = 0; index < places.length; index += 1) pixels[places[index]] = colours[values[index]];
    this.source.getContext("2d").putImageData(this.painted, 0, 0);
  }

  draw() {
    if (!this.source || !this.picture.isOpen) return;
    const { clientWidth, clientHeight } = this.window.parentElement;
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    const fits = this.window.width === width && this.window.height === height;
    if (!fits) [this.window.width, this.window.height] = [width, height];
    const context = this.window.getContext("2d");
    context.clearRect(0, 0, width, height);
    const { x, y, scale } = this.picture.place;
    const pixel = (scale * ratio * this.picture.width) / this.source.width;
    // Enlarged, a pixel of the map is shown as the square it is; reduced, thin lines must not fall between the cracks.
    context.imageSmoothingEnabled = pixel < 1;
    context.imageSmoothingQuality = "medium";
    context.drawImage(
      this.source, x * ratio, y * ratio, this.picture.width * scale * ratio, this.picture.height * scale * ratio,
    );
  }
}

async function readPixels(blob) {
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

// 256 colours, as the bytes R, G, B, A lie in memory: nothing below the threshold, then ever more opaque amber.
function ramp(threshold) {
  const bytes = new Uint8ClampedArray(256 * 4);
  const first = Math.max(1, Math.ceil(threshold * 255 - 1e-9));
  for (let value = first; value < 256; value += 1) {
    const strength = first < 255 ? (value - first) / (255 - first) : 1;
    bytes.set([...AMBER, 255 * (FAINTEST + (1 - FAINTEST) * strength)], value * 4);
  }
  return new Uint32Array(bytes.buffer);
}
