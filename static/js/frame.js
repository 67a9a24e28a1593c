// The frame's small comforts: "/" finds the search, menus close by themselves, risky buttons ask first.

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

document.querySelector("[data-focus-first]")?.focus();
