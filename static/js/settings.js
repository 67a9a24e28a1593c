// A theme shows at once and is remembered without leaving the page; a token is copied with one press.

const form = document.querySelector("[data-look]");

form.addEventListener("change", () => {
  const chosen = Object.fromEntries(new FormData(form));
  const root = document.documentElement;
  if (chosen.theme === "system") delete root.dataset.theme;
  else root.dataset.theme = chosen.theme;
  if (chosen.keys === "off") root.dataset.keys = "off";
  else delete root.dataset.keys;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  for (const name of ["theme", "keys", "language"]) {
    document.cookie = `hairline_${name}=${chosen[name]}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    if (name === "language") continue;
    try {
      localStorage.setItem(`hairline_${name}`, chosen[name]);
    } catch {
      // Storage may be switched off; the cookie is enough.
    }
  }
  // The words of a page come from the server.
  if (chosen.language !== root.lang) location.reload();
});
form.querySelector("[data-without-script]").hidden = true;

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.querySelector("span").textContent = gettext("Copied");
  });
}
