// Light, dark or as the computer says. Kept in a cookie, so that the server draws the page right and nothing flashes.
import { closest } from "./dom.js";

for (const group of document.querySelectorAll("[data-theme-switch]")) group.hidden = false;

document.addEventListener("click", (event) => {
  const button = closest(event, "[data-set-theme]");
  if (!button) return;
  const theme = button.dataset.setTheme;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${theme}; Path=/; SameSite=Lax; Max-Age=${theme ? 31536000 : 0}${secure}`;
  for (const each of document.querySelectorAll("[data-set-theme]")) {
    each.setAttribute("aria-pressed", String(each.dataset.setTheme === theme));
  }
});
