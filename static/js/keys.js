// "?" on a page without keys of its own: which keys there are, here and on other pages.
import { openRemote } from "./remote_dialog.js";
import { isTaken, kept, startSwitch } from "./shortcuts.js";
import { showToast } from "./toast.js";

const NAME = "keys-everywhere";

export async function showKeys(event, address) {
  if (isTaken(event) || !kept(NAME)) return;
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  if (!(await openRemote(address, before))) return showToast({ text: document.getElementById("texts").dataset.offline });
  const box = document.querySelector("dialog#dialog[open] input[data-keys-on]");
  if (box) startSwitch(box, NAME);
}
