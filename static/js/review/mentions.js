// "@" offers the people who may read the draft. They are asked for once, when somebody types the first "@".
import { closest } from "../dom.js";

export function startMentions(threads) {
  let people = null;
  let list = null;
  let area = null;
  let at = 0;

  async function load() {
    people ??= fetch(`${threads.dataset.base}people/`, { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : { people: [] }))
      .then((answer) => answer.people)
      .catch(() => []);
    return people;
  }

  const typed = () => area.value.slice(0, area.selectionStart).match(/(?:^|[^\p{L}\p{N}@/.])@([\p{L}\p{N}. -]{0,40})$/u)?.[1];

  function close() {
    list?.remove();
    for (const name of ["aria-controls", "aria-activedescendant", "aria-autocomplete"]) area?.removeAttribute(name);
    list = null;
  }

  async function offer() {
    const begun = typed();
    if (begun === undefined) return close();
    const all = await load();
    if (typed() !== begun) return;
    const sought = begun.toLocaleLowerCase();
    const fitting = all.filter((each) => each.name.toLocaleLowerCase().split(" ").some((_, index, words) => words.slice(index).join(" ").startsWith(sought))).slice(0, 6);
    if (!fitting.length || fitting.some((each) => each.name.toLocaleLowerCase() === sought.trimEnd())) return close();
    draw(fitting);
  }

  function draw(fitting) {
    close();
    list = document.createElement("ul");
    list.className = "people";
    list.id = "people-offered";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "@");
    fitting.forEach((each, index) => {
      const option = document.createElement("li");
      option.id = `people-${index}`;
      option.setAttribute("role", "option");
      option.textContent = each.name;
      list.append(option);
    });
    area.after(list);
    area.setAttribute("aria-controls", list.id);
    area.setAttribute("aria-autocomplete", "list");
    mark(0);
  }

  function mark(index) {
    const options = [...list.children];
    at = (index + options.length) % options.length;
    options.forEach((each, place) => each.setAttribute("aria-selected", String(place === at)));
    area.setAttribute("aria-activedescendant", options[at].id);
  }

  function take(name) {
    const front = area.value.slice(0, area.selectionStart - typed().length) + name + " ";
    const rest = area.value.slice(area.selectionStart).replace(/^ /, "");
    area.value = front + rest;
    area.setSelectionRange(front.length, front.length);
    close();
  }

  threads.addEventListener("input", (event) => {
    if (!event.target.matches("[data-mentions]")) return;
    area = event.target;
    offer();
  });
  threads.addEventListener("focusout", () => list && setTimeout(() => document.activeElement !== area && close(), 150));
  threads.addEventListener(
    "keydown",
    (event) => {
      if (!list || event.target !== area) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) mark(at + step);
      else if (event.key === "Enter" || event.key === "Tab") take(list.children[at].textContent);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
  threads.addEventListener("pointerdown", (event) => {
    const option = closest(event, ".people [role=option]");
    if (!option) return;
    event.preventDefault();
    take(option.textContent);
  });
}
