// One key for each act on a thread.
import { startShortcuts } from "../shortcuts.js";
import { chosenWords } from "./words.js";

export function startKeys(margin, saying) {
  const paper = document.getElementById("paper");

  const press = (act) => margin.current()?.querySelector(act)?.click();
  const say = (kind) => saying?.open(kind, chosenWords(paper));
  startShortcuts("review-keys", {
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
  });
}
