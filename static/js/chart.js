// Reads a chart's values aloud: pointer or arrow keys pick a mark, the line below says its figures.
// Works on what common/charts leaves: an element with data-text="…" data-x="…" per value, with data-y="…" too where
// values lie in rows, and data-points="series-1:40 series-2:80" where dots show them on lines.

const SVG = "http://www.w3.org/2000/svg";
const SIDES = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

class Reader {
  constructor(figure) {
    this.plot = figure.querySelector(".chart-plot");
    this.readout = figure.querySelector(".chart-readout");
    this.drawings = [...this.plot.querySelectorAll("svg")].map((svg) => ({
      svg,
      marks: [...svg.querySelectorAll("[data-text]")],
      cursor: svg.querySelector(".chart-cursor"),
    }));
    this.at = -1;
    if (!this.drawings.some((each) => each.marks.length)) return;
    this.readout.hidden = false;
    this.readout.textContent = "\u00a0";
    for (const { svg } of this.drawings) {
      svg.addEventListener("pointermove", (event) => this.point(event));
      svg.addEventListener("pointerdown", (event) => this.point(event));
      svg.addEventListener("pointerleave", () => this.show(-1));
    }
    this.plot.addEventListener("keydown", (event) => this.key(event));
    this.plot.addEventListener("blur", () => this.show(-1));
  }

  // The wide and the narrow drawing hold the same marks in the same order; one of them is shown.
  get drawing() {
    return this.drawings.find(({ svg }) => svg.getClientRects().length) ?? this.drawings[0];
  }

  point(event) {
    const { svg, marks } = this.drawing;
    const under = marks.indexOf(/** @type {HTMLElement} */ (event.target).closest("[data-text]"));
    if (under >= 0) return this.show(under);
    const matrix = svg.getScreenCTM().inverse();
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
    this.show(nearest(marks, ({ x, y }) => (x === null ? 0 : (x - place.x) ** 2) + (y === null ? 0 : (y - place.y) ** 2)));
  }

  key(event) {
    const { marks } = this.drawing;
    if (event.key === "Escape") return this.show(-1);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      return this.show(event.key === "Home" ? 0 : marks.length - 1);
    }
    const side = SIDES[event.key];
    if (!side) return;
    event.preventDefault();
    this.show(this.next(marks, side));
  }

  // The nearest mark on that side. In a row of columns, or of rows, all four arrows step through it.
  next(marks, [across, down]) {
    if (this.at < 0) return across + down > 0 ? 0 : marks.length - 1;
    const here = place(marks[this.at]);
    const spread = (axis) => new Set(marks.map((mark) => place(mark)[axis])).size > 1;
    const grid = spread("x") && spread("y");
    if (!grid) return Math.max(0, Math.min(marks.length - 1, this.at + across + down));
    const found = nearest(marks, (there, index) => {
      const [along, aside] = across
        ? [(there.x - here.x) * across, Math.abs(there.y - here.y)]
        : [(there.y - here.y) * down, Math.abs(there.x - here.x)];
      return index === this.at || along <= 0.5 ? Infinity : along + aside * 4;
    });
    return found < 0 ? this.at : found;
  }

  show(index) {
    if (index === this.at) return;
    this.at = index;
    for (const { svg, marks, cursor } of this.drawings) {
      for (const old of svg.querySelectorAll(".chart-current")) old.classList.remove("chart-current");
      for (const old of svg.querySelectorAll(".chart-at")) old.remove();
      const mark = marks[index];
      mark?.classList.add("chart-current");
      cursor?.toggleAttribute("hidden", !mark);
      if (!mark) continue;
      if (cursor) for (const name of ["x1", "x2"]) cursor.setAttribute(name, mark.dataset.x);
      for (const each of (mark.dataset.points ?? "").split(" ").filter(Boolean)) dot(mark, ...each.split(":"));
    }
    this.readout.textContent = this.drawing.marks[index]?.dataset.text ?? "\u00a0";
  }
}

const place = (mark) => ({ x: Number(mark.dataset.x), y: "y" in mark.dataset ? Number(mark.dataset.y) : null });

// Index of the mark with the smallest distance, -1 when none is within reach.
function nearest(marks, distance) {
  let best = -1;
  let least = Infinity;
  marks.forEach((mark, index) => {
    const far = distance(place(mark), index);
    if (far < least) [best, least] = [index, far];
  });
  return best;
}

function dot(mark, series, height) {
  const circle = document.createElementNS(SVG, "circle");
  circle.setAttribute("class", `chart-dot chart-at ${series}`);
  for (const [name, value] of [["cx", mark.dataset.x], ["cy", height], ["r", "4"]]) circle.setAttribute(name, value);
  mark.before(circle);
}

const read = (root) => root.querySelectorAll("[data-chart]:not([data-read])").forEach((figure) => {
  figure.dataset.read = "yes";
  new Reader(figure);
});
read(document);
document.addEventListener("htmx:load", (event) => event.detail.elt.parentElement && read(event.detail.elt.parentElement));
