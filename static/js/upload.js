// The drop zone of a survey: the whole page takes files and folders; every file has its line and its own verdict.

import { fixed } from "./numbers.js";
import { filesOf, isMeant } from "./upload/folders.js";
import { UNREADABLE, UploadQueue } from "./upload/queue.js";
import { UploadRow } from "./upload/row.js";

const zone = document.getElementById("drop");
const form = document.getElementById("drop-form");
const [picker, folder] = ["drop-files", "folder-files"].map((id) => document.getElementById(id));
const queue = new UploadQueue({
  address: form.action,
  token: form.elements.csrfmiddlewaretoken.value,
  maxBytes: Number(zone.dataset.maxBytes),
});
const rows = new Map();

for (const element of zone.querySelectorAll("[data-plain]")) element.hidden = true;
for (const element of zone.querySelectorAll("[data-rich]")) element.hidden = false;

// ---- Ways in ----

function take(files, unread = []) {
  if (!files.length && !unread.length) return;
  const list = document.getElementById("sending-list");
  const lines = document.createDocumentFragment();
  const refused = unread.map((name) => queue.refuse(new File([], name), UNREADABLE));
  const added = queue.add(files, { element: form.elements.element?.value ?? "" });
  for (const upload of [...refused, ...added]) {
    const row = new UploadRow(upload, () => queue.retry(upload));
    rows.set(upload, row);
    lines.append(row.element);
  }
  list.append(lines);
  document.getElementById("sending").hidden = false;
  zone.classList.remove("drop--first");
  summarise();
}

document.getElementById("choose-files").addEventListener("click", () => picker.click());
document.getElementById("choose-folder").addEventListener("click", () => folder.click());
for (const input of [picker, folder]) {
  input.addEventListener("change", () => {
    take([...input.files].filter(isMeant));
    input.value = "";
  });
}

const sheet = document.getElementById("drop-sheet");
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
let depth = 0;
addEventListener("dragenter", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  depth += 1;
  sheet.hidden = false;
});
addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
});
addEventListener("dragleave", (event) => {
  if (!carriesFiles(event)) return;
  depth = Math.max(0, depth - 1);
  if (!depth) sheet.hidden = true;
});
addEventListener("drop", async (event) => {
  depth = 0;
  sheet.hidden = true;
  if (!carriesFiles(event)) return;
  event.preventDefault();
  const { files, unread } = await filesOf(event.dataTransfer);
  take(files, unread);
});

addEventListener("beforeunload", (event) => {
  if (queue.isBusy) event.preventDefault();
});

// ---- What becomes of them ----

queue.addEventListener("change", ({ detail: upload }) => {
  const row = rows.get(upload);
  row?.show();
  // What needs somebody's eye comes to the top of a long list.
  if (upload.phase === "refused" || upload.phase === "lost") {
    row?.element.parentElement?.prepend(row.element);
    tell(`${upload.file.name}: ${upload.words}`);
  }
  summarise();
  if (upload.isFinal && upload.answer?.accepted) askGrid();
});

// For those who listen: troubles and the end, not every megabyte.
function tell(words) {
  document.getElementById("sending-news").textContent = words;
}

// The grid looks again soon after a photo was received, but not for each of a hundred.
let asked = 0;
function askGrid() {
  asked ||= setTimeout(() => {
    asked = 0;
    document.body.dispatchEvent(new Event("jobs-changed"));
  }, 1200);
}

document.addEventListener("grid-merged", () => {
  for (const row of rows.values()) row.follow();
});

const buttons = Object.fromEntries(
  ["retry-all", "stop-sending", "clear-sending"].map((id) => [id, document.getElementById(id)]),
);
buttons["retry-all"].addEventListener("click", () => lost().forEach((upload) => queue.retry(upload)));
buttons["stop-sending"].addEventListener("click", () => queue.stop());
buttons["clear-sending"].addEventListener("click", () => {
  for (const upload of queue.uploads.filter(({ isFinal }) => isFinal)) {
    rows.get(upload).element.remove();
    rows.delete(upload);
  }
  queue.clear();
  document.getElementById("sending").hidden = !rows.size;
});

const lost = () => queue.uploads.filter(({ phase }) => phase === "lost" || phase === "stopped");

let summaryAsked = 0;
function summarise() {
  summaryAsked ||= requestAnimationFrame(() => {
    summaryAsked = 0;
    const count = (...phases) => queue.uploads.filter(({ phase }) => phases.includes(phase)).length;
    const bytes = (pick) => queue.uploads.reduce((sum, upload) => sum + pick(upload), 0);
    const all = bytes(({ file }) => file.size);
    const done = bytes(({ file, sent, isFinal }) => file.size * (isFinal ? 1 : sent));
    const told = { known: gettext("%(n)s already here"), refused: gettext("%(n)s refused"), lost: gettext("%(n)s not sent"), stopped: gettext("%(n)s stopped") };
    const others = Object.keys(told).filter((phase) => count(phase)).map((phase) => interpolate(told[phase], { n: count(phase) }, true));
    const received = { done: count("received"), all: queue.uploads.length };
    const words = [interpolate(gettext("%(done)s of %(all)s received"), received, true), ...others];
    const sizes = { done: megabytes(done), all: megabytes(all) };
    if (queue.isBusy) words.push(interpolate(gettext("%(done)s of %(all)s MB"), sizes, true));
    else tell(words.join(", "));
    document.getElementById("sending-words").textContent = words.join(", ");
    document.getElementById("sending-progress").value = all ? done / all : 1;
    buttons["stop-sending"].hidden = !queue.isBusy;
    buttons["clear-sending"].hidden = queue.isBusy;
    buttons["retry-all"].hidden = queue.isBusy || lost().length < 2;
  });
}

const megabytes = (bytes) => fixed(bytes / 1e6, bytes < 1e7 ? 1 : 0);
