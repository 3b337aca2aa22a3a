// The decision about a post opens in a dialog on Home. Its button is a link to the page of the post: without scripts, or
// where the dialog cannot be fetched, that page does the same job.
import { closest } from "./dom.js";
import { openRemote } from "./remote_dialog.js";

document.addEventListener("click", async (event) => {
  const link = closest(event, "a[data-decide]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.getAttribute("aria-busy")) return;
  link.setAttribute("aria-busy", "true");
  const isOpen = await openRemote(link.dataset.decide, link, true);
  link.removeAttribute("aria-busy");
  if (!isOpen) location.assign(link.href);
});
