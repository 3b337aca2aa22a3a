// A word that something happened, with Undo where it can be undone. It stays while it is pointed at or holds the focus.

const STAYS = 8000;

/** @param {{text: string, undo?: string}} what `undo` is the address a form posts to. */
export function showToast({ text, undo = "" }) {
  const place = document.getElementById("toasts");
  const toast = document.importNode(document.querySelector("template#toast-template").content, true).firstElementChild;
  toast.querySelector("[data-text]").textContent = text;
  const form = toast.querySelector("form");
  if (undo) {
    form.action = undo;
    form.hidden = false;
  }
  toast.querySelector("[data-dismiss]").addEventListener("click", () => toast.remove());
  place.append(toast);
  let clock;
  const wait = () => (clock = setTimeout(() => toast.remove(), undo ? STAYS * 2 : STAYS));
  const hold = () => clearTimeout(clock);
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, hold);
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, wait);
  wait();
}
