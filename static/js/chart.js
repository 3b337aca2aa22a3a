// Reads a chart's values aloud: pointer or arrow keys pick a column, the line below says its figures.
// Works on the marks common/charts.py leaves: an element with data-text="…" data-x="…" per column.

class Reader {
  constructor(figure) {
    this.plot = figure.querySelector(".chart-plot");
    this.svg = this.plot.querySelector("svg");
    this.columns = [...this.svg.querySelectorAll("[data-text]")];
    this.readout = figure.querySelector(".chart-readout");
    this.cursor = this.svg.querySelector(".chart-cursor");
    this.at = -1;
    if (!this.columns.length) return;
    this.readout.hidden = false;
    this.readout.textContent = "\u00a0";
    this.svg.addEventListener("pointermove", (event) => this.point(event));
    this.svg.addEventListener("pointerdown", (event) => this.point(event));
    this.svg.addEventListener("pointerleave", () => this.show(-1));
    this.plot.addEventListener("keydown", (event) => this.key(event));
    this.plot.addEventListener("blur", () => this.show(-1));
  }

  point(event) {
    const matrix = this.svg.getScreenCTM().inverse();
    const { x } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
    const distances = this.columns.map((column) => Math.abs(Number(column.dataset.x) - x));
    // In a heat map many marks share one x; the one under the pointer wins.
    const under = this.columns.indexOf(event.target.closest("[data-text]"));
    this.show(under >= 0 ? under : distances.indexOf(Math.min(...distances)));
  }

  key(event) {
    const last = this.columns.length - 1;
    const next = { ArrowRight: this.at + 1, ArrowLeft: this.at < 0 ? last : this.at - 1, Home: 0, End: last }[event.key];
    if (event.key === "Escape") return this.show(-1);
    if (next === undefined) return;
    event.preventDefault();
    this.show(Math.max(0, Math.min(last, next)));
  }

  show(index) {
    if (index === this.at) return;
    this.columns[this.at]?.classList.remove("chart-column-current");
    this.at = index;
    const column = this.columns[index];
    this.readout.textContent = column ? column.dataset.text : "\u00a0";
    column?.classList.add("chart-column-current");
    if (!this.cursor) return;
    this.cursor.toggleAttribute("hidden", !column);
    if (column) for (const name of ["x1", "x2"]) this.cursor.setAttribute(name, column.dataset.x);
  }
}

const read = (root) => root.querySelectorAll("[data-chart]:not([data-read])").forEach((figure) => {
  figure.dataset.read = "yes";
  new Reader(figure);
});
read(document);
document.addEventListener("htmx:load", (event) => event.detail.elt.parentElement && read(event.detail.elt.parentElement));
