// The decision about a post opens in a dialog on Home. Its button is a link to the page of the post: without scripts, or
// where the dialog cannot be fetched, that page does the same job.
import { closest } from "./dom.js";
import { contents } from "./markup.js";

const dialog = /** @type {HTMLDialogElement} */ (document.querySelector("dialog#dialog"));
const PATIENCE = 3000;

async function fragment(url) {
  try {
    const answer = await fetch(url, { redirect: "manual", headers: { "X-Fragment": "1" } });
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

/** The styles that the fragment brings: without them the dialog would jump. */
function styled(nodes) {
  const styles = nodes.filter((node) => node instanceof HTMLLinkElement);
  const loaded = styles.map((link) => new Promise((resolve) => (link.onload = link.onerror = resolve)));
  return Promise.race([Promise.all(loaded), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

async function open(link) {
  const html = await fragment(link.dataset.decide);
  if (!html) return location.assign(link.href);
  const nodes = contents(html);
  const ready = styled(nodes);
  dialog.querySelector("#dialog-content").replaceChildren(...nodes);
  await ready;
  dialog.classList.add("dialog-wide");
  dialog.showModal();
  dialog.addEventListener("close", () => link.focus(), { once: true });
}

document.addEventListener("click", (event) => {
  const link = closest(event, "a[data-decide]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.getAttribute("aria-busy")) return;
  link.setAttribute("aria-busy", "true");
  open(link).finally(() => link.removeAttribute("aria-busy"));
});
