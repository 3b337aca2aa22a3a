// The decision about a post opens in a dialog on Home. Its button is a link to the page of the post: without scripts, or
// where the dialog cannot be fetched, that page does the same job.
import { closest } from "./dom.js";
import { openRemote } from "./remote_dialog.js";
import { startNetworks } from "./review/networks.js";

startNetworks();

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

/** The field without which the server would refuse the decision, and why; null where it has all it needs. */
function missing(form, decision) {
  const { note, threads } = form.elements;
  if (decision === "return") return note.value.trim() ? null : { field: note, text: form.dataset.needsNote };
  return threads && !threads.value ? { field: threads[0], text: form.dataset.needsThreads } : null;
}

// What is missing is said in the dialog: the answer of the server would be another page. Before other listeners, which would
// take the form for sent.
document.addEventListener(
  "submit",
  (event) => {
    const form = closest(event, "dialog#dialog form");
    if (!form?.dataset.needsNote) return;
    form.querySelector(".finding-error")?.remove();
    const problem = missing(form, /** @type {HTMLButtonElement | null} */ (event.submitter)?.value);
    if (!problem) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const line = document.createElement("p");
    line.className = "finding finding-error";
    line.setAttribute("role", "alert");
    line.textContent = problem.text;
    problem.field.closest(".field").append(line);
    problem.field.focus();
  },
  { capture: true },
);
