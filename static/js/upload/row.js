// One file's line: name, size, bar, and what is happening to it in words.

import { fixed } from "../numbers.js";

const PHASES = {
  waiting: ["clock", gettext("Waiting")],
  reading: ["clock", gettext("Reading")],
  uploading: ["", gettext("Uploading")],
  checking: ["", gettext("Checking")],
  pausing: ["warn", ""],
  received: ["good", gettext("Received")],
  known: ["info", gettext("Already in this survey")],
  refused: ["bad", ""],
  lost: ["bad", ""],
  stopped: ["warn", gettext("Stopped")],
};

const icon = (name) =>
  document.getElementById("sending-icons").content.querySelector(`[data-icon="${name}"]`).firstElementChild.cloneNode(true);

export class UploadRow {
  constructor(upload, onRetry) {
    this.upload = upload;
    this.onRetry = onRetry;
    this.element = document.getElementById("sending-row").content.firstElementChild.cloneNode(true);
    const part = (name) => this.element.querySelector(name);
    this.bar = part("progress");
    this.bar.setAttribute("aria-label", upload.file.name);
    this.phase = part(".sending__phase");
    this.action = part(".sending__action");
    const name = part(".sending__name");
    name.textContent = name.title = upload.file.name;
    part(".sending__size").textContent = sizeOf(upload.file.size);
    this.show();
  }

  show() {
    const { phase, sent, words, answer } = this.upload;
    const [symbol, usual] = PHASES[phase];
    this.element.dataset.phase = phase;
    this.bar.value = Math.round(sent * 100);
    this.bar.hidden = this.upload.isFinal;
    const said = words && phase !== "waiting" && !usual ? words : usual;
    const text = phase === "uploading" ? `${said} ${Math.round(sent * 100)} %` : said;
    this.phase.replaceChildren(...(symbol ? [icon(symbol)] : []), this.#words(text, answer));
    for (const warning of (phase === "received" && answer?.warnings) || []) {
      const remark = document.createElement("span");
      remark.className = "sending__remark";
      remark.append(icon("warn"), warning.detail);
      this.phase.append(remark);
    }
    this.action.replaceChildren(...(phase === "lost" || phase === "stopped" ? [this.#retryButton()] : []));
  }

  // Once received, the line tells what the photo's card in the grid tells.
  follow() {
    const { phase, answer } = this.upload;
    if (phase !== "received" && phase !== "known") return;
    const state = document.getElementById(`photo-${answer.id}`)?.querySelector(".card__state .state");
    const link = this.phase.querySelector("a");
    if (state && link) link.textContent = state.textContent.trim().replace(/\s+/g, " ");
  }

  #words(text, answer) {
    const words = document.createElement(answer?.accepted ? "a" : "span");
    if (answer?.accepted) words.href = answer.url;
    words.textContent = text;
    return words;
  }

  #retryButton() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.append(icon("retry"), gettext("Retry"));
    button.setAttribute("aria-label", interpolate(gettext("Retry %(name)s"), { name: this.upload.file.name }, true));
    button.addEventListener("click", this.onRetry);
    return button;
  }
}

function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${fixed(bytes / 1e3, 0)} kB` : `${fixed(bytes / 1e6, bytes < 1e7 ? 1 : 0)} MB`;
}
