// Saved answers by "/": at the beginning of a word in the answer it lists them, narrowed by what is typed after it. Enter or a click
// inserts one in its place, as the field and button above do.
import { fold, Listbox } from "../listbox.js";

const form = document.querySelector("form#answer-form");
const field = form?.elements.text;
const saved = form?.elements.saved;

if (saved) start();

function start() {
  const list = document.createElement("ul");
  list.className = "slash-list";
  list.id = "slash-list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", saved.labels[0].firstChild.textContent.trim());
  field.after(list);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-haspopup", "listbox");
  field.setAttribute("aria-controls", list.id);

  let from = -1;
  const box = new Listbox(field, list, (value) => {
    field.setRangeText("", from, field.selectionStart, "end");
    saved.value = value;
    close();
    form.querySelector('[data-fill][value="saved"]').click();
  });

  function close() {
    list.hidden = true;
    field.removeAttribute("aria-activedescendant");
  }

  function update() {
    const slash = typed();
    const wanted = slash && fold(slash.words);
    const fitting = slash ? [...saved.options].filter(({ value, text }) => value && fold(text).includes(wanted)) : [];
    if (!fitting.length) return close();
    from = slash.at;
    list.hidden = false;
    box.show(fitting.map(({ value, text }) => ({ value, label: text })));
  }

  field.addEventListener("input", update);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "Escape") close();
    else if (!box.press(event.key, ["Enter", "Tab"])) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

/** What stands between a slash and the cursor, and where the slash is; null where there is no such slash. */
function typed() {
  const before = field.value.slice(0, field.selectionStart);
  const at = before.lastIndexOf("/");
  if (at < 0 || (at > 0 && !/\s/.test(before[at - 1]))) return null;
  const words = before.slice(at + 1);
  return words.length > 40 || words.includes("\n") ? null : { at, words };
}
