// The emoji picker: search in Serbian, in either script, and in English; arrows go through the grid, Enter puts one at the
// cursor, Escape leads back to the text. Names and words are those of Unicode (tools/vendor/emoji.mjs).
import { closest } from "../dom.js";
import { insertText } from "../insert.js";
import { fold } from "../listbox.js";
import { toLatin } from "../serbian.js";
import { tool } from "./tools.js";

const RECENT = "dobosar:emoji";
const MOST_RECENT = 18;
const MOST_FITTING = 90;
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

let picker;

/** Opens the picker for a text field. */
export async function openEmoji(form, field) {
  const dialog = await tool(form, "emoji");
  if (!dialog) return;
  picker ??= new Picker(dialog);
  await picker.open(field);
}

class Picker {
  constructor(dialog) {
    this.dialog = dialog;
    this.search = dialog.querySelector("input");
    this.sections = [...dialog.querySelectorAll("[data-group]")];
    this.search.addEventListener("input", () => this.find());
    this.search.addEventListener("keydown", (event) => {
      const first = this.buttons()[0];
      if (event.key === "Enter" || event.key === "Escape") event.preventDefault();
      // Browsers empty a search field first.
      if (event.key === "Escape") dialog.close();
      if (!first) return;
      if (event.key === "Enter" && this.search.value.trim()) this.take(first);
      else if (event.key === "ArrowDown") {
        event.preventDefault();
        this.reach(first);
      }
    });
    dialog.addEventListener("keydown", (event) => this.step(event));
    dialog.addEventListener("click", (event) => {
      const button = closest(event, "button[data-emoji]");
      if (button) this.take(button);
      const group = closest(event, "button[data-to]")?.dataset.to;
      if (group) {
        this.search.value = "";
        this.find();
        this.section(group).scrollIntoView({ block: "start" });
        this.reach(this.section(group).querySelector("button[data-emoji]"));
      }
    });
    dialog.addEventListener("close", () => {
      this.field.focus();
      if (this.place) this.field.setSelectionRange(...this.place);
    });
  }

  async open(field) {
    if (this.dialog.open) return;
    this.field = field;
    // Where the focus comes back from a dialog, browsers forget the cursor.
    this.place = [field.selectionStart, field.selectionEnd];
    this.dialog.showModal();
    this.search.value = "";
    this.search.focus();
    if (!this.groups) {
      try {
        this.groups = this.read(await (await fetch(this.dialog.dataset.from)).json());
      } catch {
        this.dialog.querySelector("[data-failed]").hidden = false;
        return;
      }
      this.dialog.querySelector("[data-failed]").hidden = true;
      this.groups.forEach((all, at) => this.fill(this.section(String(at)), all));
      for (const jump of this.dialog.querySelectorAll("[data-to]")) {
        jump.textContent = this.groups[Number(jump.dataset.to)][0].emoji;
        jump.setAttribute("aria-label", this.section(jump.dataset.to).querySelector("h3").textContent);
      }
    }
    this.fill(this.section("recent"), recent().map((emoji) => this.groups.flat().find((one) => one.emoji === emoji)).filter(Boolean));
    this.find();
  }

  /** [{emoji, name, names, words}] of each group: the name in the language of the page, all names and words as they are compared. */
  read(groups) {
    const { lang } = document.documentElement;
    const named = lang.startsWith("sr") ? (sr) => (lang === "sr-Latn" ? toLatin(sr) : sr) : (sr, en) => en;
    return groups.map((all) => all.map(([emoji, sr, en, words]) => ({ emoji, name: named(sr, en), names: fold(`${sr} ${en}`), words: fold(`${sr} ${en} ${words}`) })));
  }

  section(group) {
    return this.sections.find(({ dataset }) => dataset.group === group);
  }

  fill(section, all) {
    section.hidden = !all.length;
    section.querySelector("div").replaceChildren(...all.map(({ emoji, name }) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: emoji, title: name, tabIndex: -1 });
      button.setAttribute("aria-label", name);
      button.dataset.emoji = emoji;
      return button;
    }));
  }

  /** Every word that was typed begins a word of the emoji; those that have it in their name come first. */
  find() {
    if (!this.groups) return;
    const sought = fold(this.search.value).split(/\s+/).filter(Boolean);
    const have = (words) => sought.every((word) => words.startsWith(word) || words.includes(` ${word}`));
    const fitting = sought.length ? this.groups.flat().filter(({ words }) => have(words)) : [];
    fitting.sort((one, other) => Number(have(other.names)) - Number(have(one.names)));
    fitting.length = Math.min(fitting.length, MOST_FITTING);
    this.fill(this.section("fitting"), fitting);
    for (const section of this.sections) {
      const isResult = section.dataset.group === "fitting";
      section.hidden = Boolean(sought.length) !== isResult || !section.querySelector("button");
    }
    this.dialog.querySelector("[data-none]").hidden = !sought.length || Boolean(fitting.length);
    this.dialog.querySelector(".emoji-groups").scrollTop = 0;
    for (const button of this.buttons()) button.tabIndex = -1;
    const first = this.buttons()[0];
    if (first) first.tabIndex = 0;
  }

  /** @returns {HTMLButtonElement[]} */
  buttons() {
    return this.sections.filter(({ hidden }) => !hidden).flatMap((section) => [...section.querySelectorAll("button[data-emoji]")]);
  }

  reach(button) {
    for (const other of this.buttons()) other.tabIndex = -1;
    button.tabIndex = 0;
    button.focus();
  }

  step(event) {
    const [across, down] = STEPS[event.key] ?? [];
    const from = closest(event, "button[data-emoji]");
    if (across === undefined || !from) return;
    event.preventDefault();
    const all = this.buttons();
    const at = all.indexOf(/** @type {HTMLButtonElement} */ (from));
    const next = across ? all[at + across] : below(all, at, down);
    if (next) this.reach(next);
    else if (down < 0 || across < 0) this.search.focus();
  }

  take({ dataset }) {
    const [from, to] = this.place;
    this.place = null;
    keep(dataset.emoji);
    this.dialog.close();
    insertText(this.field, dataset.emoji, from, to);
  }
}

/** The button above or below in the next line of the grid, the nearest by its place in the line. */
function below(all, at, down) {
  const { top, left } = all[at].getBoundingClientRect();
  let best, line;
  for (let next = at + down; all[next]; next += down) {
    const box = all[next].getBoundingClientRect();
    if (box.top === top) continue;
    line ??= box.top;
    if (box.top !== line) break;
    if (!best || Math.abs(box.left - left) < Math.abs(best.getBoundingClientRect().left - left)) best = all[next];
  }
  return best;
}

/** @returns {string[]} */
function recent() {
  try {
    const stored = JSON.parse(localStorage.getItem(RECENT) ?? "[]");
    return Array.isArray(stored) ? stored.filter((one) => typeof one === "string").slice(0, MOST_RECENT) : [];
  } catch {
    return [];
  }
}

function keep(emoji) {
  try {
    localStorage.setItem(RECENT, JSON.stringify([emoji, ...recent().filter((one) => one !== emoji)].slice(0, MOST_RECENT)));
  } catch {
    // A full or forbidden store: then nothing is remembered.
  }
}
