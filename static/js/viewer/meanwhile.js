// Somebody else has decided while this page stood open: what they decided, and the choice.

export function listenForMeanwhile() {
  const dialog = document.getElementById("meanwhile");
  if (!dialog) return;
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status !== 409 || detail.target !== dialog) return;
    // htmx swaps no refusals by itself; this one is a question.
    Object.assign(detail, { shouldSwap: true, isError: false });
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target === dialog && !dialog.open) dialog.showModal();
  });
  dialog.addEventListener("click", (event) => {
    if (!event.target.closest("[data-leave]")) return;
    // The row behind shows already what stands now.
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("submit", () => dialog.close());
}
