// Keys of the mentor's desk: j and k go from post to post, Enter opens (it is a link), u marks as unread, ? explains.
// Single keys can be switched off (WCAG 2.1.4); the choice stays in this browser.

const KEY = "desk-keys";
const list = document.querySelector("[data-desk]");
const links = list ? [...list.querySelectorAll("[data-row] .list-link")] : [];
const dialog = document.querySelector("dialog#keys");
const choice = document.querySelector("input#single-keys");

document.querySelector(".desk-keys").hidden = false;
choice.checked = localStorage.getItem(KEY) !== "off";
choice.addEventListener("change", () => localStorage.setItem(KEY, choice.checked ? "on" : "off"));

const isWriting = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

function go(step) {
  if (!links.length) return;
  const at = links.findIndex((link) => link.closest("[data-row]").contains(document.activeElement));
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1);
  links[next].focus();
  links[next].closest("[data-row]").scrollIntoView({ block: "nearest" });
}

function markUnread() {
  document.activeElement.closest("[data-row]")?.querySelector("form[data-unread]")?.requestSubmit();
}

const acts = { j: () => go(1), k: () => go(-1), u: markUnread, "?": () => dialog.showModal() };

document.addEventListener("keydown", (event) => {
  const act = acts[event.key];
  if (!act || !choice.checked || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isWriting(event.target) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  act();
});
