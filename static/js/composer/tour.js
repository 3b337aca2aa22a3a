// The panel of a running tour, on the page where its first step is done without leaving it: after each save it is fetched
// again. Open stays open, and nothing is replaced under somebody's fingers.
import { fragment } from "../fetched.js";
import { contents } from "../markup.js";

const state = document.getElementById("save-state");

async function refresh() {
  const before = document.getElementById("tour");
  if (!before) return;
  const here = encodeURIComponent(location.pathname + location.search);
  const html = await fragment(`${before.dataset.panel}?next=${here}`);
  if (!html) return;
  const nodes = /** @type {HTMLElement[]} */ (contents(html).filter((node) => node instanceof HTMLElement));
  const after = nodes.find((node) => node.id === "tour");
  if (!after || before.contains(document.activeElement)) return;
  after.querySelector("details").open = before.querySelector("details").open;
  before.replaceWith(after);
}

if (state && document.getElementById("tour")) {
  let last = state.dataset.state;
  new MutationObserver(() => {
    const now = state.dataset.state;
    if (now === "saved" && last !== "saved") refresh();
    last = now;
  }).observe(state, { attributes: true, attributeFilter: ["data-state"] });
}
