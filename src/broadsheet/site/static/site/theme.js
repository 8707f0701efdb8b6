/** Light or dark: applied before the first paint, kept on this device only. A page without it follows the system. */
(() => {
  const root = document.documentElement;
  const read = () => { try { return localStorage.getItem("bs-theme"); } catch { return null; } };
  const chosen = read();
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
        root.dataset.theme = dark ? "light" : "dark";
        try { localStorage.setItem("bs-theme", root.dataset.theme); } catch { /* private mode: for this page only */ }
      });
    }
  });
})();
