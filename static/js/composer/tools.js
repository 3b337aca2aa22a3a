// Dialogs that are needed now and then. They come together, when the first of them is opened.
import { fetched } from "../fetched.js";
import { contents } from "../markup.js";

let coming;

/**
 * The dialog with this id; null when the connection or the session is gone.
 * @returns {Promise<HTMLDialogElement | null>}
 */
export async function tool(form, id) {
  const there = () => document.querySelector(`dialog#${id}`);
  if (there()) return there();
  coming ??= fetched(form.dataset.tools).then((html) => {
    if (html === null) coming = undefined;
    else document.body.append(...contents(html));
  });
  await coming;
  return there();
}
