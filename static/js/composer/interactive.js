// One more line for an answer than there are answers. What each kind needs is shown by the styles.

import { reveal } from "./reveal.js";

export function startInteractive(form) {
  const part = form.querySelector("[data-interactive]");
  if (!part) return;
  const kind = part.querySelector("#interactive-kind");
  const lines = [...part.querySelectorAll(".interactive-options > li")];

  function fit() {
    const most = kind.value === "this_or_that" ? 2 : lines.length;
    const filled = lines.findLastIndex((line) => line.querySelector("input[type=text]").value) + 1;
    lines.forEach((line, place) => (line.hidden = place >= most || (place > 1 && place > filled)));
  }

  // Beside the text, since nobody searches for a poll in a folded part.
  form.querySelector("[data-begin-poll]").addEventListener("click", () => {
    if (!kind.value) {
      kind.value = "poll";
      kind.dispatchEvent(new Event("input", { bubbles: true }));
    }
    reveal(form, kind);
    part.scrollIntoView({ block: "start" });
  });
  part.addEventListener("input", fit);
  part.addEventListener("change", fit);
  fit();
}
