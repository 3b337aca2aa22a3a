// A part of a picture: drawn with the mouse at once, by touch after the button below the picture, or typed as numbers.

export function startRegions(paper, saying) {
  const fields = saying.form.elements;
  const names = ["left", "top", "width", "height"];
  let from = null;

  /** @typedef {[left: number, top: number, width: number, height: number]} Sides in per cent of the picture */

  const frameOf = (place) => paper.querySelector(`[data-region="${place.replace("picture-", "")}"]`);

  /** @param {Element | null} frame @param {Sides} sides */
  function draw(frame, [left, top, width, height]) {
    for (const each of paper.querySelectorAll(".region-new")) each.setAttribute("width", "0");
    const box = frame?.querySelector(".region-new");
    if (!box || !(width > 0) || !(height > 0)) return;
    for (const [name, value] of Object.entries({ x: left, y: top, width, height })) box.setAttribute(name, String(value * 10));
  }

  const typed = () => /** @type {Sides} */ (names.map((name) => Number(fields[name].value)));
  const refresh = () => draw(frameOf(fields.place.value), typed());

  function at(frame, event) {
    const box = frame.getBoundingClientRect();
    const inside = (value) => Math.max(0, Math.min(100, value));
    return [inside(((event.clientX - box.left) / box.width) * 100), inside(((event.clientY - box.top) / box.height) * 100)];
  }

  /** @returns {Sides} */
  function sides(one, other) {
    const round = (value) => Math.round(value * 10) / 10;
    const [left, top] = [0, 1].map((axis) => round(Math.min(one[axis], other[axis])));
    return [left, top, round(Math.max(one[0], other[0]) - left), round(Math.max(one[1], other[1]) - top)];
  }

  for (const button of paper.querySelectorAll("[data-mark-region]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const frame = frameOf(button.dataset.markRegion);
      frame.classList.add("is-marking");
      saying.open("comment", { place: button.dataset.markRegion, box: frame.getBoundingClientRect(), sides: { left: "", top: "", width: "", height: "" } });
      frame.scrollIntoView({ block: "nearest" });
    });
  }

  for (const frame of paper.querySelectorAll("[data-region]")) {
    frame.addEventListener("pointerdown", (event) => {
      if (event.button || (event.pointerType !== "mouse" && !frame.classList.contains("is-marking"))) return;
      from = at(frame, event);
      frame.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    frame.addEventListener("pointermove", (event) => from && draw(frame, sides(from, at(frame, event))));
    frame.addEventListener("pointercancel", () => (from = null));
    frame.addEventListener("pointerup", (event) => {
      if (!from) return;
      const found = sides(from, at(frame, event));
      from = null;
      if (found[2] < 1 || found[3] < 1) return refresh();
      frame.classList.remove("is-marking");
      const [left, top, width, height] = found;
      const { text } = fields;
      const written = text.value;
      saying.open("comment", { place: `picture-${frame.dataset.region}`, box: frame.querySelector(".region-new").getBoundingClientRect(), sides: { left, top, width, height } });
      text.value = written;
      draw(frame, found);
    });
  }

  saying.form.addEventListener("input", refresh);
  saying.form.addEventListener("change", refresh);
  document.addEventListener("said:close", () => {
    for (const frame of paper.querySelectorAll(".is-marking")) frame.classList.remove("is-marking");
    draw(null, [0, 0, 0, 0]);
  });
}
