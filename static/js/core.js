// What every page has. Each behaviour hangs on a data attribute; without scripts links and forms still work.
import { confirmed } from "./confirmed.js";
import "./dialog.js";
import { closest } from "./dom.js";
import "./menu.js";
import "./notifications.js";
import "./theme.js";
import { showToast } from "./toast.js";
import "./web_app.js";

if (document.querySelector("[data-chart]")) import("./chart.js");
if (document.querySelector("[data-push-offer]")) import("./push_offer.js");

// hx-confirm asks in our own dialog, not in the browser's.
document.addEventListener("htmx:confirm", (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  confirmed(event.detail.question, event.target).then((yes) => yes && event.detail.issueRequest(true));
});

// A request that failed must say so: nothing is worse than a button that seems dead.
const texts = document.getElementById("texts")?.dataset ?? {};
document.addEventListener("htmx:sendError", () => showToast({ text: texts.offline }));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  showToast({ text: status === 403 ? texts.forbidden : status >= 500 ? texts.broken : texts.refused });
});

// The server answers HX-Trigger: {"toast": {"text": "…", "undo": "/where/"}}.
document.addEventListener("toast", (event) => showToast(event.detail));

// data-auto-submit: filters apply when they change; the button is there for those without scripts.
for (const form of document.querySelectorAll("form[data-auto-submit]")) {
  form.querySelectorAll("[data-without-script]").forEach((element) => (element.hidden = true));
}
document.addEventListener("change", (event) => {
  const form = closest(event, "form[data-auto-submit]");
  if (form) form.requestSubmit();
});

// data-pick-day="id": a calendar for the field with that id; it comes when one is first opened.
document.addEventListener("click", async (event) => {
  const button = closest(event, "[data-pick-day]");
  if (button) (await import("./day_picker.js")).pickDay(button);
});

// data-file: which file somebody chose, in our words; the browser's own are in its language.
document.addEventListener("change", (event) => {
  const name = closest(event, "[data-file]")?.querySelector("[data-file-name]");
  const files = /** @type {HTMLInputElement} */ (event.target).files;
  if (name && files?.length) name.textContent = [...files].map((file) => file.name).join(", ");
});

// data-copy="#id" or data-copy-text="…": to the clipboard, with a word that it happened.
document.addEventListener("click", async (event) => {
  const button = closest(event, "[data-copy], [data-copy-text]");
  if (!button) return;
  const source = /** @type {HTMLInputElement | null} */ (button.dataset.copy ? document.querySelector(button.dataset.copy) : null);
  await navigator.clipboard.writeText(button.dataset.copyText ?? source?.value ?? source?.textContent?.trim() ?? "");
  showToast({ text: button.dataset.copied || texts.copied });
});

// A strip of tabs that is wider than the screen begins at the page that is open.
for (const tab of document.querySelectorAll(".tabs > [aria-current]")) {
  tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 24;
}

// data-once: a form sent twice by a double click is sent once.
document.addEventListener("submit", (event) => {
  const form = closest(event, "form");
  if (!form?.matches("[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  window.addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
});

// Swapped content keeps the focus where the person was, if the same element came back.
let focused = "";
document.addEventListener("htmx:beforeSwap", () => (focused = document.activeElement?.id ?? ""));
document.addEventListener("htmx:afterSettle", () => {
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
});

// Ctrl-K or Cmd-K: pages and actions by name, for who is signed in. On a Cyrillic keyboard the letter is another, the key is not.
document.addEventListener("keydown", (event) => {
  if (event.code !== "KeyK" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.defaultPrevented) return;
  if (!document.querySelector(".rail-foot")) return;
  event.preventDefault();
  import("./palette.js").then(({ openPalette }) => openPalette("/palette/"));
});

// "?": the keys there are. Pages with keys of their own have a dialog for it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || document.querySelector("dialog#keys") || !document.querySelector(".rail-foot")) return;
  import("./keys.js").then(({ showKeys }) => showKeys(event, "/palette/keys/"));
});

// A page that takes longer than a moment to come: a bar says that it is on its way. A file that is fetched brings no page.
let clock;
function stopWaiting() {
  clearTimeout(clock);
  delete document.documentElement.dataset.waiting;
}
function startWaiting() {
  stopWaiting();
  clock = setTimeout(() => {
    document.documentElement.dataset.waiting = "";
    clock = setTimeout(stopWaiting, 10_000);
  }, 300);
}
window.addEventListener("click", (event) => {
  const link = closest(event, "a[href]:not([download], [target], [href^='#'])");
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (link && !elsewhere && !event.defaultPrevented && link.origin === location.origin) startWaiting();
});
window.addEventListener("submit", (event) => event.defaultPrevented || startWaiting());
window.addEventListener("pageshow", stopWaiting);

// An address that names a part of the page is about that part.
if (!document.querySelector(":target")) document.querySelector("[data-autofocus]:not([data-quiet] *)")?.focus();
