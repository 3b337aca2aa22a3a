// The bell looks once a minute whether something came, quietly: a lost connection is said where it matters.
// On the page of notifications J and K walk the list and R marks as read, while the focus is in it.
import { closest } from "./dom.js";
import { parsed } from "./markup.js";

const EVERY = 60_000;
let looked = Date.now();

async function look() {
  const bells = document.querySelectorAll("[data-bell]");
  if (!bells.length || document.hidden || !navigator.onLine) return;
  looked = Date.now();
  try {
    const answer = await fetch("/notifications/bell/", { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
    if (!answer.ok) return;
    const fresh = parsed(await answer.text()).querySelector("[data-bell]");
    if (fresh) bells.forEach((bell) => renew(bell, fresh));
  } catch {
    // Offline, or signed out in another tab: the next page says so.
  }
}

// The link itself stays, so that it keeps the focus.
function renew(bell, fresh) {
  if (bell.getAttribute("aria-label") === fresh.getAttribute("aria-label")) return;
  bell.setAttribute("aria-label", fresh.getAttribute("aria-label"));
  bell.classList.toggle("bell-rings", fresh.classList.contains("bell-rings"));
  bell.replaceChildren(...document.importNode(fresh, true).childNodes);
}

setInterval(look, EVERY);
document.addEventListener("visibilitychange", () => Date.now() - looked > EVERY && look());

const list = document.querySelector("[data-told]");
list?.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const items = [...list.querySelectorAll(".told-item")];
  const at = items.indexOf(closest(event, ".told-item"));
  const step = { j: 1, ј: 1, k: -1, к: -1 }[event.key.toLowerCase()];
  if (step) {
    event.preventDefault();
    items[Math.min(Math.max(at + step, 0), items.length - 1)]?.querySelector("a, button")?.focus();
  } else if (["r", "р"].includes(event.key.toLowerCase())) {
    event.preventDefault();
    items[at]?.querySelector("[data-mark]")?.click();
  }
});
