// Dialogs. data-dialog="id" on a link or button opens <dialog id>; without scripts the link's own page does the same job.
// Content fetched by htmx into #dialog-content opens the shared dialog. data-confirm="…" on a form or button asks first.
import { confirmed } from "./confirmed.js";
import { closest } from "./dom.js";

document.addEventListener("click", (event) => {
  const opener = closest(event, "[data-dialog]");
  const dialog = opener && document.querySelector(`dialog#${CSS.escape(opener.dataset.dialog)}`);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
    return;
  }
  if (closest(event, "[data-close]")) closest(event, "dialog")?.close();
  // A click on the backdrop lands on the dialog itself.
  if (event.target instanceof HTMLDialogElement && event.target.id !== "confirm") {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
});

document.addEventListener(
  "submit",
  (event) => {
    const form = closest(event, "form");
    const asker = event.submitter?.dataset.confirm ? event.submitter : form;
    const question = asker.dataset.confirm;
    if (!question || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    confirmed(question, asker).then((yes) => {
      if (!yes) return;
      form.dataset.confirmed = "yes";
      form.requestSubmit(submitter);
      delete form.dataset.confirmed;
    });
  },
  { capture: true },
);

document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = document.querySelector("dialog#dialog");
  if (event.detail.target?.id === "dialog-content" && !dialog.open) dialog.showModal();
});

// HX-Trigger: {"dialog:close": true} after the work in it is done.
document.addEventListener("dialog:close", () => document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close()));
