// The shared dialog with the fragment of an address. Its outline opens first where the fragment takes longer than a moment.
import { fragment } from "./fetched.js";
import { contents } from "./markup.js";

const dialog = /** @type {HTMLDialogElement} */ (document.querySelector("dialog#dialog"));
const MOMENT = 300;
const PATIENCE = 3000;

/** The styles that the fragment brings: without them the dialog would jump. */
function styled(nodes) {
  const styles = nodes.filter((node) => node instanceof HTMLLinkElement);
  const loaded = styles.map((link) => new Promise((resolve) => (link.onload = link.onerror = resolve)));
  return Promise.race([Promise.all(loaded), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

function outline() {
  const title = document.createElement("h2");
  title.id = "dialog-title";
  title.className = "visually-hidden";
  title.textContent = document.getElementById("texts").dataset.waiting;
  const bars = document.createElement("div");
  bars.className = "dialog-body skeleton";
  bars.append(...Array.from({ length: 4 }, () => document.createElement("span")));
  return [title, bars];
}

/** Opens it; the focus goes back to `opener` when it is closed.
 *
 * False where the fragment cannot be fetched: the caller says so or goes another way. True also where somebody closed the
 * outline meanwhile.
 */
export async function openRemote(address, opener, wide = false) {
  const content = dialog.querySelector("#dialog-content");
  const failed = new AbortController();
  let isClosed = false;
  dialog.addEventListener("close", () => (isClosed = true) && opener?.focus(), { once: true, signal: failed.signal });
  const show = () => {
    dialog.classList.toggle("dialog-wide", wide);
    if (!dialog.open) dialog.showModal();
  };
  const clock = setTimeout(() => {
    content.replaceChildren(...outline());
    show();
  }, MOMENT);
  const html = await fragment(address);
  clearTimeout(clock);
  if (isClosed) return true;
  if (html === null) {
    failed.abort();
    dialog.close();
    return false;
  }
  const nodes = contents(html);
  const ready = styled(nodes);
  content.replaceChildren(...nodes);
  await ready;
  show();
  return true;
}
