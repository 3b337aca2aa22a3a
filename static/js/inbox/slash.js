// Saved answers by "/": at the beginning of a word in the answer it lists them, narrowed by what is typed after it. Enter or a click
// inserts one in its place, as the field and button above do.
import { closest } from "../dom.js";
import { toLatin } from "../serbian.js";

const form = document.querySelector("form#answer-form");
const field = form?.elements.text;
const saved = form?.elements.saved;

const list = document.createElement("ul");
list.className = "slash-list";
list.id = "slash-list";
list.setAttribute("role", "listbox");
list.hidden = true;

let from = -1, current = 0;

// In Latin without diacritics, so that either script finds an answer.
const fold = (text) => toLatin(text).toLowerCase().replaceAll("đ", "dj").normalize("NFD").replace(/\p{M}/gu, "");

function typed() {
  const before = field.value.slice(0, field.selectionStart);
  const at = before.lastIndexOf("/");
  if (at < 0 || (at > 0 && !/\s/.test(before[at - 1]))) return null;
  const words = before.slice(at + 1);
  return words.length > 40 || words.includes("\n") ? null : { at, words };
}

function close() {
  list.hidden = true;
  from = -1;
  field.removeAttribute("aria-activedescendant");
}

function mark(index) {
  const options = [...list.children];
  current = (index + options.length) % options.length;
  options.forEach((option, at) => option.setAttribute("aria-selected", String(at === current)));
  field.setAttribute("aria-activedescendant", options[current].id);
  options[current].scrollIntoView({ block: "nearest" });
}

function update() {
  const slash = typed();
  const wanted = slash && fold(slash.words);
  const found = slash ? [...saved.options].filter((option) => option.value && fold(option.text).includes(wanted)) : [];
  if (!found.length) return close();
  from = slash.at;
  list.replaceChildren(...found.map((option) => {
    const item = document.createElement("li");
    item.id = `slash-${option.value}`;
    item.dataset.value = option.value;
    item.setAttribute("role", "option");
    item.textContent = option.text;
    return item;
  }));
  list.hidden = false;
  mark(0);
}

function pick(item) {
  field.setRangeText("", from, field.selectionStart, "end");
  saved.value = item.dataset.value;
  close();
  form.querySelector('[data-fill][value="saved"]').click();
}

if (saved) {
  field.after(list);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-haspopup", "listbox");
  field.setAttribute("aria-controls", list.id);
  list.setAttribute("aria-label", saved.labels[0].firstChild.textContent.trim());
  field.addEventListener("input", update);
  field.addEventListener("blur", () => setTimeout(close, 200));
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) mark(current + step);
    else if (event.key === "Enter" || event.key === "Tab") pick(list.children[current]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("pointerdown", (event) => {
    const item = closest(event, "[role=option]");
    if (!item) return;
    event.preventDefault();
    pick(item);
  });
}
