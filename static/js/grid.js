// The grid of a survey: keeps itself up to date without touching what has not changed, and hides the overlays.

import { rememberSwitch } from "./remembered.js";

const pulse = () => document.getElementById("pulse");

// ---- What the server says, laid over what is there ----

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.id !== "pulse") return;
  const { xhr } = event.detail;
  const isAnswered = xhr.status === 200 || xhr.status === 286;
  say(isAnswered ? "" : gettext("The server does not answer. Your photos are safe; trying again."));
  if (!isAnswered) return;
  const fresh = new DOMParser().parseFromString(xhr.responseText, "text/html");
  // Not the grid but the page to log in: the frame says so.
  if (!fresh.getElementById("cards")) return;
  merge(fresh);
  if (xhr.status === 200) keepWatching();
});

function say(words) {
  const trouble = document.getElementById("trouble");
  trouble.hidden = !words;
  if (trouble.textContent !== words) trouble.textContent = words;
}

function merge(fresh) {
  for (const source of fresh.querySelectorAll("[data-live]")) {
    const target = document.querySelector(`[data-live="${source.dataset.live}"]`);
    if (target && target.innerHTML !== source.innerHTML) target.innerHTML = source.innerHTML;
  }
  mergeCards(document.getElementById("cards"), fresh.getElementById("cards"));
  for (const id of ["pages", "no-cards"]) {
    const [target, source] = [document.getElementById(id), fresh.getElementById(id)];
    if (target.innerHTML !== source.innerHTML) target.innerHTML = source.innerHTML;
    target.hidden = source.hidden;
  }
  for (const id of ["figures", "filters"]) document.getElementById(id).hidden = fresh.getElementById(id).hidden;
  document.dispatchEvent(new CustomEvent("grid-merged"));
}

// Cards are told apart by id and left alone while their stamp is the same: scroll, focus and pictures stay.
function mergeCards(list, fresh) {
  const here = new Map([...list.children].map((card) => [card.id, card]));
  let place = list.firstElementChild;
  for (const next of [...fresh.children]) {
    let card = here.get(next.id);
    here.delete(next.id);
    if (!card) {
      card = document.adoptNode(next);
      list.insertBefore(card, place);
      htmx.process(card);
      continue;
    }
    if (card !== place) list.insertBefore(card, place);
    else place = place.nextElementSibling;
    if (card.dataset.stamp !== next.dataset.stamp) renew(card, next);
  }
  for (const gone of here.values()) gone.remove();
  list.dataset.open = fresh.dataset.open;
}

// A photo's picture and link never change once they are there; only what is new in them is added.
function renew(card, next) {
  card.dataset.stamp = next.dataset.stamp;
  card.className = next.className;
  const [picture, newPicture] = [card, next].map((element) => element.querySelector(".card__picture"));
  const known = new Map([...picture.children].map((element) => [nameOf(element), element]));
  const children = [...newPicture.children].map((element) => {
    const old = known.get(nameOf(element));
    if (old instanceof HTMLProgressElement) old.value = element.value;
    return old ?? document.adoptNode(element);
  });
  picture.replaceChildren(...children);
  const [state, newState] = [card, next].map((element) => element.querySelector(".card__state"));
  if (state.innerHTML !== newState.innerHTML) {
    state.innerHTML = newState.innerHTML;
    htmx.process(state);
  }
}

const nameOf = (element) => `${element.className} ${element.getAttribute("src") ?? ""}`;

// The answer 286 ends htmx's polling for good; a new element of the same kind begins it again.
function keepWatching() {
  if (!stopped) return;
  stopped = false;
  const again = pulse().cloneNode();
  pulse().replaceWith(again);
  htmx.process(again);
}

let stopped = false;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig?.elt?.id === "pulse" && event.detail.xhr.status === 286) stopped = true;
});

// A hidden page asks for nothing, and looks at once when it is shown again.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "pulse" && document.hidden) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) htmx.trigger(pulse(), "jobs-changed");
});

// ---- Overlays ----

const overlaySwitch = document.getElementById("overlay-switch");
overlaySwitch.hidden = false;
const setOverlays = rememberSwitch("overlays", (shown) => {
  document.getElementById("cards").classList.toggle("cards--plain", !shown);
  overlaySwitch.setAttribute("aria-pressed", String(shown));
});
overlaySwitch.addEventListener("click", () => setOverlays());
document.addEventListener("keydown", (event) => {
  const off = document.documentElement.dataset.keys === "off";
  if (off || event.ctrlKey || event.metaKey || event.altKey || event.key.toLowerCase() !== "o") return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  setOverlays();
});
