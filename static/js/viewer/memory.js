// A page that loads itself again opens as it was left: the same tab, the same crack.

export function rememberPlace(id, tabs, list) {
  const name = `hairline_place_${id}`;
  addEventListener("pagehide", () => {
    sessionStorage.setItem(name, JSON.stringify({ tab: tabs.current, crack: list.selected }));
  });
  const stored = sessionStorage.getItem(name);
  sessionStorage.removeItem(name);
  if (!stored || performance.getEntriesByType("navigation")[0]?.type !== "reload") return;
  const { tab, crack } = JSON.parse(stored);
  if (crack && list.cracks.has(crack)) list.select(crack);
  tabs.open(tab);
}
