// On a narrow screen the decision is a sheet. Who opens it to return the post begins in the note, where the keyboard of a
// telephone also takes dictation.
import { closest } from "../dom.js";

export function startSheet() {
  const sheet = document.getElementById("decide");
  document.addEventListener("click", (event) => {
    const opener = closest(event, ".decide-foot [data-writes]");
    const field = opener && document.getElementById(/** @type {HTMLElement} */ (opener).dataset.writes);
    if (field) sheet?.addEventListener("toggle", () => field.focus(), { once: true });
  });
}
