// Without script the panel's parts stand one below the other; with it they are tabs.

export function makeTabs(bar, onOpen) {
  const tabs = [...bar.querySelectorAll('[role="tab"]')];
  const panel = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
  let current = null;

  const open = (chosen) => {
    for (const tab of tabs) {
      const isOpen = tab === chosen;
      tab.setAttribute("aria-selected", String(isOpen));
      tab.tabIndex = isOpen ? 0 : -1;
      panel(tab).hidden = !isOpen;
    }
    current = chosen.id;
    onOpen(chosen.id);
  };
  const named = (id) => tabs.find((tab) => tab.id === id);
  bar.hidden = false;
  for (const tab of tabs) {
    panel(tab).setAttribute("role", "tabpanel");
    panel(tab).setAttribute("aria-labelledby", tab.id);
    panel(tab).classList.add("is-tab");
    tab.addEventListener("click", () => open(tab));
  }
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    open(next);
    next.focus();
  });
  // A link to a part of the panel opens its tab.
  document.addEventListener("click", (event) => {
    const tab = named(event.target.closest("[data-opens]")?.dataset.opens);
    if (!tab) return;
    event.preventDefault();
    open(tab);
    tab.focus();
    tab.scrollIntoView({ block: "nearest" });
  });
  open(tabs.find((tab) => panel(tab).querySelector(".field__errors") || location.hash === `#${panel(tab).id}`) ?? tabs[0]);
  return {
    open: (id) => open(named(id) ?? tabs[0]),
    get current() {
      return current;
    },
  };
}
