// A map: bridges out of the list beside it, or a survey's photos out of their JSON. Without tiles it is a plain grid.

/* global L, gettext, ngettext, interpolate */
import { drawGrid } from "./map/grid.js";

const DEEPEST = 23;
const RADIUS = 7;

const sheet = document.getElementById("map");
const list = document.getElementById("places");

const map = L.map(sheet, {
  preferCanvas: true,
  // The grid is drawn anew for every view; it could not follow a picture that is being stretched.
  zoomAnimation: false,
  fadeAnimation: false,
  attributionControl: Boolean(sheet.dataset.tiles),
  zoomControl: false,
  maxZoom: DEEPEST,
  minZoom: 2,
  zoomSnap: 0.5,
});
// Not above to the left, where the degrees of the grid are written.
L.control
  .zoom({ position: "bottomright", zoomInTitle: gettext("Zoom in"), zoomOutTitle: gettext("Zoom out") })
  .addTo(map);
L.control.scale({ imperial: false }).addTo(map);
if (sheet.dataset.tiles) {
  map.attributionControl.setPrefix(false);
  const credit = document.createElement("span");
  credit.textContent = sheet.dataset.credit;
  L.tileLayer(sheet.dataset.tiles, { attribution: credit.innerHTML, maxZoom: DEEPEST, maxNativeZoom: 19 }).addTo(map);
} else {
  drawGrid(map);
}

function show(bounds, nearest) {
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [40, 40], maxZoom: nearest });
  else map.setView([0, 0], 2);
  sheet.dataset.ready = "yes";
}

// ---- Bridges: one pin for each row that knows its place, with the row's own words ----

function pinOf(row) {
  const pin = document.createElement("span");
  pin.className = `pin condition--${row.dataset.grade}`;
  if ("overdue" in row.dataset) pin.classList.add("pin--overdue");
  const sign = pin.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "svg"));
  sign.setAttribute("class", "condition__shape");
  const use = sign.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "use"));
  use.setAttribute("href", `${list.dataset.signs}#${row.dataset.grade}`);
  return pin;
}

function said(row) {
  const words = document.createElement("span");
  const name = words.appendChild(document.createElement("b"));
  name.textContent = row.querySelector(".place__link").textContent;
  const facts = row.querySelector(".place__facts").textContent.replace(/\s+/g, " ").trim();
  words.append(document.createElement("br"), facts);
  return words;
}

function showBridges() {
  const bounds = L.latLngBounds([]);
  for (const row of list.children) {
    if (!row.dataset.latitude) continue;
    const place = [Number(row.dataset.latitude), Number(row.dataset.longitude)];
    const link = row.querySelector(".place__link");
    const pin = pinOf(row);
    const icon = L.divIcon({ className: "pin-place", html: pin, iconSize: [28, 28] });
    // By keyboard every bridge is reached through the list; pins as well would only double the way.
    const marker = L.marker(place, { icon, keyboard: false, riseOnHover: true });
    marker.bindTooltip(said(row), { direction: "top", offset: [0, -14] }).addTo(map);
    marker.on("click", () => link.click());
    bounds.extend(place);
    const point = (on) => {
      pin.classList.toggle("is-pointed", on);
      row.classList.toggle("is-pointed", on);
      marker.setZIndexOffset(on ? 1000 : 0);
      if (on) marker.openTooltip();
      else marker.closeTooltip();
    };
    marker.on("mouseover", () => row.classList.add("is-pointed")).on("mouseout", () => row.classList.remove("is-pointed"));
    for (const [name, on] of [["mouseenter", true], ["focusin", true], ["mouseleave", false], ["focusout", false]]) {
      row.addEventListener(name, () => point(on));
    }
    row.addEventListener("focusin", () => map.getBounds().contains(place) || map.panTo(place, { animate: false }));
  }
  show(bounds, 13);
}

// ---- Photos: thousands on one canvas, in the colours of the legend ----

function colours() {
  const found = {};
  for (const entry of document.querySelectorAll("#legend [data-standing]")) {
    found[entry.dataset.standing] = {
      colour: getComputedStyle(entry.querySelector(".dot")).color,
      words: entry.textContent.trim(),
      hollow: entry.querySelector(".dot").matches(".dot--waiting, .dot--clear"),
    };
  }
  return found;
}

function photoWords(name, standing, cracks) {
  const words = document.createElement("span");
  words.appendChild(document.createElement("b")).textContent = name;
  const count = cracks ? `, ${interpolate(ngettext("%(n)s crack", "%(n)s cracks", cracks), { n: cracks }, true)}` : "";
  words.append(document.createElement("br"), standing + count);
  return words;
}

async function showPhotos() {
  const answer = await fetch(sheet.dataset.source, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const { photo, id, rows } = await answer.json();
  // A canvas can only be drawn on once the map knows what it shows.
  show(L.latLngBounds(rows.map(([, , latitude, longitude]) => [latitude, longitude])), 21);
  const dots = [];
  const paint = () => {
    const legend = colours();
    for (const [dot, standing] of dots) {
      const { colour, hollow } = legend[standing];
      dot.setStyle({ color: colour, fillColor: colour, fillOpacity: hollow ? 0.1 : 0.75, weight: 2 });
    }
  };
  const legend = colours();
  for (const [pk, name, latitude, longitude, standing, cracks] of rows) {
    const dot = L.circleMarker([latitude, longitude], { radius: RADIUS }).addTo(map);
    dot.bindTooltip(() => photoWords(name, legend[standing].words, cracks), { direction: "top" });
    dot.on("click", () => window.location.assign(photo.replace(id, pk)));
    dots.push([dot, standing]);
  }
  paint();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
}

if (list) showBridges();
else {
  showPhotos().catch(() => {
    const trouble = document.getElementById("trouble");
    trouble.textContent = gettext("The photos’ places did not arrive. Load the page again.");
    trouble.hidden = false;
  });
}
