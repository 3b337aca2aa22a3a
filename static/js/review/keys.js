// One key for each act on a thread. The keys can be switched off, and never act while somebody types (WCAG 2.1.4).
import { chosenWords } from "./words.js";

const KEPT = "review-keys";

function isOn() {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return true;
  }
}

export function startKeys(margin, saying) {
  const dialog = document.getElementById("keys");
  const box = dialog.querySelector("[data-keys-on]");
  const paper = document.getElementById("paper");
  box.checked = isOn();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(KEPT, box.checked ? "on" : "off");
    } catch {
      // a browser that keeps nothing: the choice holds for this page
    }
  });

  const press = (act) => margin.current()?.querySelector(act)?.click();
  const say = (kind) => saying?.open(kind, chosenWords(paper));
  const acts = {
    n: () => margin.step(1),
    j: () => margin.step(1),
    p: () => margin.step(-1),
    k: () => margin.step(-1),
    c: () => say("comment"),
    s: () => say("suggest"),
    r: () => press("a.act"),
    e: () => press(".act[formaction$='/resolve/']"),
    a: () => press("[data-act=accept]"),
    d: () => press("[data-act=decline]"),
    "?": () => dialog.showModal(),
  };
  // On a Serbian keyboard the same keys give Cyrillic letters.
  const CYRILLIC = { н: "n", ј: "j", п: "p", к: "k", ц: "c", с: "s", р: "r", е: "e", а: "a", д: "d" };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable], dialog, details.menu[open]")) return;
    if (document.querySelector("dialog[open]") || !box.checked) return;
    const act = acts[CYRILLIC[event.key] ?? event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
