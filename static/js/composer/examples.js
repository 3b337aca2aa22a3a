// Good practice beside the text: examples for the kind of post that stands in the form, in a panel of its own.
import { fetched } from "../fetched.js";
import { dialogFor } from "./library_dialogs.js";

export async function openExamples(form, link) {
  const { "call-kind": call, "interactive-kind": format, category } = form.elements;
  const kind = new URLSearchParams({ call: call.value, format: format.value, category: category.value });
  const html = await fetched(`${link.dataset.examples}?${kind}`);
  if (html === null) return;
  const dialog = dialogFor(html, "practice-dialog");
  dialog.addEventListener("close", () => link.focus());
  dialog.querySelector(".dialog-body a")?.focus();
}
