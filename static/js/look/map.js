// The whole photo small: dark where nobody has looked, half dark where only others have, clear where you have.

export class SmallMap {
  constructor(element, scene, seen, onGo) {
    Object.assign(this, { element, scene, seen });
    if (scene.preview) element.append(Object.assign(new Image(), { src: scene.preview, alt: "" }));
    this.canvas = element.appendChild(document.createElement("canvas"));
    this.frame = element.appendChild(document.createElement("i"));
    // One pixel for a cell: the style sheet stretches it over the picture.
    [this.canvas.width, this.canvas.height] = [seen.columns, seen.rows];
    const { width, height } = scene.photo;
    element.style.setProperty("aspect-ratio", `${width} / ${height}`);
    // The last cells reach beyond the photo.
    this.canvas.style.setProperty("width", `${(100 * seen.columns * seen.cell) / width}%`);
    this.canvas.style.setProperty("height", `${(100 * seen.rows * seen.cell) / height}%`);
    element.addEventListener("click", (event) => {
      const seat = element.getBoundingClientRect();
      onGo(((event.clientX - seat.left) / seat.width) * width, ((event.clientY - seat.top) / seat.height) * height);
    });
  }

  paint() {
    const { seen } = this;
    const context = this.canvas.getContext("2d");
    const veil = context.createImageData(seen.columns, seen.rows);
    for (let index = 0; index < seen.own.length; index += 1) {
      veil.data[4 * index + 3] = seen.own[index] ? 0 : seen.others[index] ? 110 : 190;
    }
    context.putImageData(veil, 0, 0);
  }

  follow([x0, y0, x1, y1]) {
    const { width, height } = this.scene.photo;
    const place = { left: x0 / width, top: y0 / height, width: (x1 - x0) / width, height: (y1 - y0) / height };
    for (const [side, share] of Object.entries(place)) this.frame.style.setProperty(side, `${100 * share}%`);
  }
}
