// Runs before the first paint: the theme and the key setting of this browser, also on pages made without the frame.
(() => {
  const root = document.documentElement;
  const stored = (name) => {
    const cookie = document.cookie.match(new RegExp(`(?:^|; )hairline_${name}=([a-z]+)`));
    if (cookie) return cookie[1];
    try {
      return localStorage.getItem(`hairline_${name}`);
    } catch {
      return null;
    }
  };
  const theme = stored("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  if (stored("keys") === "off") root.dataset.keys = "off";
})();
