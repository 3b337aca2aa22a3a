// One more line for an answer than there are answers. What each kind needs is shown by the styles.

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

  part.addEventListener("input", fit);
  part.addEventListener("change", fit);
  fit();
}
