// The frame's small comforts: "/" finds the search, menus close by themselves, risky buttons ask first.

import { tellDrawn } from "./drawing/told.js";

const typing = (element) => element?.closest("input, select, textarea, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus();
  const off = document.documentElement.dataset.keys === "off";
  if (event.key !== "/" || off || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const search = document.querySelector(".search input");
  if (!search?.offsetParent) return;
  event.preventDefault();
  search.focus();
  search.select();
});

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu === except) continue;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// What a button without a page of its own was answered: a refusal's sentence, or that nobody answered.
function tell(sentence) {
  const box = document.querySelector(".messages");
  if (!box || (!box.hidden && box.textContent.trim() === sentence)) return;
  const line = document.createElement("p");
  line.className = "message message--error";
  line.textContent = sentence;
  box.replaceChildren(line);
  box.hidden = false;
  box.scrollIntoView({ block: "nearest" });
}

document.addEventListener("refused", (event) => tell(event.detail.detail));
document.addEventListener("htmx:sendError", (event) => {
  // A poll that goes unheard comes again by itself; only what a person pressed is worth a word.
  if (event.detail.requestConfig.verb === "get") return;
  tell(gettext("The server did not answer. Nothing was changed; please try again."));
});

document.addEventListener("htmx:beforeSwap", (event) => {
  // The session has ended: the page to log in has no place inside this one, and what is being sent is not cut off.
  if (!new URL(event.detail.xhr.responseURL).pathname.endsWith("/login/")) return;
  event.detail.shouldSwap = false;
  tell(gettext("You have been logged out. Load the page again to log in."));
});

document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  // A refusal brings its sentence; a 403 without one is a token from before a new log-in.
  if (xhr.status !== 403 || xhr.getResponseHeader("HX-Trigger")) return;
  tell(gettext("You have logged in anew since this page was loaded. Copy what you wrote and load the page again."));
});

tellDrawn();
document.querySelector("[data-focus-first]")?.focus();
