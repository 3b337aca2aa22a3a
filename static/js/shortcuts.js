// Single keys of a page, with the dialog "keys" that explains them and switches them off (WCAG 2.1.4).
// They never act while somebody types, chooses or has a dialog open, nor together with Ctrl, Alt or Meta.
import { closest } from "./dom.js";

// The same keys on a Serbian Cyrillic keyboard. By letter and not by place, because on a Serbian Latin one Z and Y have changed places.
const CYRILLIC = {
  а: "a", б: "b", ц: "c", д: "d", е: "e", ф: "f", г: "g", х: "h", и: "i", ј: "j", к: "k", л: "l", м: "m",
  н: "n", о: "o", п: "p", љ: "q", р: "r", с: "s", т: "t", у: "u", в: "v", њ: "w", џ: "x", ѕ: "y", з: "z",
};
const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable], dialog, details.menu[open]";

/** The Latin letter of a key; of a keyboard with neither script, the letter at its place. */
function letterOf(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (CYRILLIC[key]) return CYRILLIC[key];
  const isForeign = key.length === 1 && key > "\u024f" && event.code.startsWith("Key");
  return isForeign ? event.code.slice(3).toLowerCase() : key;
}

/** Whether this browser has the keys of that name on. */
export function kept(name) {
  try {
    return localStorage.getItem(name) !== "off";
  } catch {
    return true;
  }
}

/** Whether a single key must do nothing here: somebody types, chooses or has a dialog open, or it is a key with Ctrl. */
export function isTaken(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return true;
  return Boolean(closest(event, TYPING) || document.querySelector("dialog[open]"));
}

/** The checkbox that switches keys off, with what this browser remembers of it. */
export function startSwitch(box, name) {
  box.checked = kept(name);
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(name, box.checked ? "on" : "off");
    } catch {
      // a browser that keeps nothing: the choice holds for this page
    }
  });
}

/** @param {string} name under which this browser keeps whether they are on; @param acts a function for each key. */
export function startShortcuts(name, acts) {
  const dialog = document.querySelector("dialog#keys");
  const box = dialog.querySelector("input[data-keys-on]");
  startSwitch(box, name);
  const all = { "?": () => dialog.showModal(), ...acts };

  document.addEventListener("keydown", (event) => {
    if (isTaken(event) || !box.checked) return;
    const key = letterOf(event);
    if (!Object.hasOwn(all, key) || (event.shiftKey && key !== "?")) return;
    if (all[key](event) !== false) event.preventDefault();
  });
}
