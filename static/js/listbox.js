// A list of suggestions below a field: drawn, chosen by arrow keys, compared in Latin without diacritics, so that either
// script fits.
import { closest } from "./dom.js";
import { toLatin } from "./serbian.js";

export const fold = (text) => toLatin(text).toLowerCase().replaceAll("đ", "dj").normalize("NFD").replace(/\p{M}/gu, "");

export class Listbox {
  /** @param {(value: string) => void} pick gets the value of the suggestion that was chosen by a key or the pointer. */
  constructor(field, list, pick) {
    this.field = field;
    this.list = list;
    this.pick = pick;
    this.current = 0;
    list.addEventListener("pointerdown", (event) => {
      const option = closest(event, "[role=option]");
      if (!option) return;
      event.preventDefault();
      pick(option.dataset.value);
    });
  }

  /** @param {{label: string, value: string}[]} entries */
  show(entries) {
    this.list.replaceChildren(...entries.map(({ label, value }, at) => {
      const option = document.createElement("li");
      option.id = `${this.list.id}-${at}`;
      option.setAttribute("role", "option");
      option.dataset.value = value;
      option.textContent = label;
      return option;
    }));
    this.mark(0);
  }

  mark(index) {
    const options = [...this.list.children];
    if (!options.length) return this.field.removeAttribute("aria-activedescendant");
    this.current = (index + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.current)));
    this.field.setAttribute("aria-activedescendant", options[this.current].id);
    options[this.current].scrollIntoView({ block: "nearest" });
  }

  /** Whether the key was one of the list's: an arrow, or one of `choosing`. */
  press(key, choosing = ["Enter"]) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    const option = this.list.children[this.current];
    if (step) this.mark(this.current + step);
    else if (choosing.includes(key) && option) this.pick(option.dataset.value);
    else return false;
    return true;
  }
}
