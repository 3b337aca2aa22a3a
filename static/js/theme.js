// Light, dark or as the computer says. Kept in a cookie, so that the server draws the page right and nothing flashes.
import { closest } from "./dom.js";

for (const group of document.querySelectorAll("[data-theme-switch]")) group.hidden = false;

document.addEventListener("click", (event) => {
  const button = closest(event, "[data-set-theme]");
  if (!button) return;
  const theme = button.dataset.setTheme;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  const isSecure = location.protocol === "https:";
  const name = isSecure ? "__Host-theme" : "theme"; // portal/settings.py: THEME_COOKIE_NAME
  const age = theme ? 31536000 : 0;
  document.cookie = `${name}=${theme}; Path=/; SameSite=Lax; Max-Age=${age}${isSecure ? "; Secure" : ""}`;
  for (const each of document.querySelectorAll("[data-set-theme]")) {
    each.setAttribute("aria-pressed", String(each.dataset.setTheme === theme));
  }
});
