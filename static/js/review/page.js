// Everything around the region: its words, its place in the photo, how far we are, what went wrong.

export class Page {
  constructor(scene) {
    this.scene = scene;
    for (const id of ["progress", "trouble", "facts", "context", "earlier", "comment", "done", "bar", "stage", "meanwhile"]) {
      this[id] = document.getElementById(id);
    }
    this.text = document.getElementById("comment-text");
    document.getElementById("comment-close").addEventListener("click", () => this.#closeComment());
  }

  // Without a region: the end of the queue, or the next ones are still on their way.
  show(region, isAtEnd) {
    for (const part of [this.bar, this.facts, this.context]) part.hidden = !region;
    this.stage.hidden = !region && isAtEnd;
    this.stage.setAttribute("aria-busy", String(!region && !isAtEnd));
    this.done.hidden = Boolean(region) || !isAtEnd;
    this.#closeComment();
    if (!region) return this.#address("");
    const { data } = region;
    this.facts.innerHTML = data.html;
    this.context.replaceChildren(picture(data.photo.preview, `${data.photo.name}, the whole photo`, data.photo.page, data));
    this.earlier.hidden = !data.earlier;
    if (data.earlier) {
      const { preview, name, page } = data.earlier;
      this.earlier.replaceChildren(this.earlier.firstElementChild, picture(preview, name, page));
    }
    return this.#address(data.id);
  }

  // A link to this address opens the same region.
  #address(id) {
    const address = new URL(location.href);
    if (id) address.searchParams.set("at", id);
    else address.searchParams.delete("at");
    history.replaceState(null, "", address);
  }

  showProgress({ left, secondsEach, today }) {
    const minutes = Math.max(1, Math.round((left * secondsEach) / 60));
    const time = minutes < 90 ? `about ${minutes} min` : `about ${(minutes / 60).toFixed(1)} h`;
    const grouped = (count) => count.toLocaleString("en-GB").replaceAll(",", "\u202f");
    this.counts = left ? `${grouped(left)} left, ${time}; ${grouped(today)} decided today` : `${grouped(today)} decided today`;
    this.progress.textContent = this.counts;
  }

  say(sentence) {
    this.progress.textContent = this.counts ? `${sentence} ${this.counts}` : sentence;
  }

  showWaiting(count) {
    document.documentElement.dataset.unsaved = String(count);
  }

  complain(sentence) {
    this.trouble.textContent = sentence;
    this.trouble.hidden = false;
  }

  calm() {
    this.trouble.hidden = true;
  }

  // True: decide all the same. False: leave what somebody else decided.
  ask(sentence) {
    document.getElementById("meanwhile-words").textContent = sentence;
    this.meanwhile.showModal();
    return new Promise((resolve) => {
      const answer = (insists) => () => {
        this.meanwhile.close();
        resolve(insists);
      };
      document.getElementById("meanwhile-keep").onclick = answer(false);
      document.getElementById("meanwhile-mine").onclick = answer(true);
      this.meanwhile.oncancel = () => resolve(false);
    });
  }

  openComment() {
    this.comment.hidden = false;
    this.text.focus();
  }

  #closeComment() {
    this.comment.hidden = true;
    this.text.value = "";
  }

  onComment(say) {
    this.comment.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.text.value.trim()) say(this.text.value.trim());
      this.#closeComment();
    });
  }

  toggleKeys() {
    const sheet = document.getElementById("keys");
    if (sheet.open) sheet.close();
    else sheet.showModal();
  }
}

function picture(address, words, page, data = null) {
  const link = document.createElement("a");
  link.href = page;
  link.className = "review__picture";
  if (address) {
    const image = link.appendChild(new Image());
    Object.assign(image, { src: address, alt: words });
  } else {
    link.textContent = words;
  }
  if (address && data) {
    const frame = link.appendChild(document.createElement("i"));
    const [x0, y0, x1, y1] = data.box;
    const { width, height } = data.photo;
    const place = { left: x0 / width, top: y0 / height, width: (x1 - x0) / width, height: (y1 - y0) / height };
    for (const [side, share] of Object.entries(place)) frame.style.setProperty(side, `${100 * share}%`);
  }
  return link;
}
