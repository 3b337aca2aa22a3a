// One script or language at a time, chosen by tabs; without scripts all of them stand below each other.
import { closest } from "../dom.js";

export function startTabs(form, changed) {
  const list = form.querySelector("[role=tablist]");
  if (!list) return;
  const tabs = [...list.querySelectorAll("[role=tab]")];
  const panels = tabs.map((tab) => document.getElementById(tab.getAttribute("aria-controls")));

  function choose(at, focus) {
    tabs.forEach((tab, index) => {
      tab.setAttribute("aria-selected", String(index === at));
      tab.toggleAttribute("aria-current", index === at);
      tab.tabIndex = index === at ? 0 : -1;
      panels[index].hidden = index !== at;
    });
    if (focus) tabs[at].focus();
  }

  list.addEventListener("click", (event) => {
    const at = tabs.indexOf(closest(event, "[role=tab]"));
    if (at >= 0) choose(at, false);
  });
  list.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    choose((next + tabs.length) % tabs.length, true);
  });
  choose(panels.findIndex((panel) => "opens" in panel.dataset), false);

  form.addEventListener("click", (event) => {
    const button = closest(event, "[data-follow], [data-edit-derived]");
    if (!button) return;
    const tag = button.dataset.follow ?? button.dataset.editDerived;
    const panel = panels.find((each) => each.dataset.tag === tag);
    const area = panel.querySelector("textarea");
    const follows = panel.querySelector(`input[name="derived-${tag}"]`);
    if (button.dataset.follow) {
      follows.value = tag === "sr-Cyrl" ? "sr-Latn" : "sr-Cyrl";
    } else {
      follows.value = "";
      area.value = panel.querySelector(".derived-text").textContent;
    }
    area.focus();
    changed();
  });
}
