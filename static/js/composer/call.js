// The call to action: patterns for the chosen kind, the sentence they make, and a button that puts it into the text.
import { isoDay } from "../dates.js";
import { closest } from "../dom.js";
import { toLatin } from "../serbian.js";
import { deadlineWords, filled } from "../text/calls.js";
import { today } from "./words.js";

const FREE = "{words}[ до {deadline}][ на {link}]";
const FREE_LATIN = "{words}[ do {deadline}][ na {link}]";

export function startCall(form, changed) {
  const place = document.getElementById("call");
  const { "call-kind": kind, "call-words": words, "call-deadline": deadline, link } = form.elements;
  const buttons = [...place.querySelectorAll("button[data-pattern]")];
  const latin = place.querySelector("[data-script]").dataset.script === "Latn";
  for (const each of buttons) {
    each.type = "button";
    each.className = "button button-small button-quiet"; // of other kinds they come without, to keep the page small
    each.dataset.latn = toLatin(each.dataset.cyrl);
    each.textContent = filled(latin ? each.dataset.latn : each.dataset.cyrl, {});
  }
  const phrase = place.querySelector("[data-phrase]");
  const put = place.querySelector("button[data-put]");
  let at = null;

  // Where the person last was in the text: that is where they want the sentence.
  form.addEventListener("focusout", (event) => {
    if (event.target.matches("textarea[name^='text-']")) at = event.target;
  });

  const area = () => {
    const open = [...form.querySelectorAll("textarea[name^='text-']")].filter((each) => !each.closest("[hidden]"));
    return open.includes(at) ? at : open.find((each) => each.value) ?? open[0];
  };

  function sentence() {
    const script = area()?.lang.endsWith("Latn") ? "Latn" : "Cyrl";
    const own = words.value.trim();
    if (!own) return "";
    const values = { ...deadlineWords(isoDay(deadline.value), today(), script), link: link.value.trim(), words: own };
    const known = buttons.find(
      (each) => each.dataset.pattern === kind.value && [each.dataset.cyrl, each.dataset.latn].some((one) => filled(one, {}) === own),
    );
    if (known) return filled(script === "Latn" ? known.dataset.latn : known.dataset.cyrl, values);
    return filled(script === "Latn" ? FREE_LATIN : FREE, values);
  }

  function update() {
    for (const each of buttons) each.hidden = each.dataset.pattern !== kind.value;
    const text = sentence();
    phrase.textContent = text;
    put.disabled = !text || Boolean(area()?.value.includes(text));
  }

  place.addEventListener("click", (event) => {
    const button = closest(event, "[data-pattern]");
    if (button) {
      words.value = button.textContent;
      words.dispatchEvent(new Event("input", { bubbles: true }));
      put.focus();
    } else if (closest(event, "[data-put]")) {
      insert(area(), sentence());
    }
  });
  form.addEventListener("input", update);
  form.addEventListener("change", update);
  form.addEventListener("click", () => queueMicrotask(update));
  update();

  function insert(into, text) {
    insertAt(into, text, into === at);
    changed();
    update();
  }
  /** The day behind the words of the call where they stand in the text, else a sentence of its own. */
  function putDay() {
    const into = area();
    const script = into.lang.endsWith("Latn") ? "Latn" : "Cyrl";
    const day = (script === "Latn" ? "do " : "до ") + deadlineWords(isoDay(deadline.value), today(), script).deadline;
    const own = words.value.trim();
    const start = own ? into.value.toLowerCase().indexOf(own.toLowerCase()) : -1;
    if (start < 0 && own) return insert(into, sentence());
    if (start < 0) return insert(into, (script === "Latn" ? "Rok: " : "Рок: ") + day);
    into.focus();
    into.setSelectionRange(start + own.length, start + own.length);
    replaceSelection(into, ` ${day}`);
  }

  return { put: () => insert(area(), sentence()), putDay };
}

/** A sentence of its own at the cursor, or at the end; the browser's own undo takes it back. */
export function insertAt(area, text, atCursor) {
  area.focus();
  const [start, end] = atCursor ? [area.selectionStart, area.selectionEnd] : [area.value.length, area.value.length];
  area.setSelectionRange(start, end);
  const before = area.value.slice(0, start);
  const after = area.value.slice(end);
  const gap = !before || /\s$/.test(before) ? "" : atCursor ? " " : "\n\n";
  replaceSelection(area, `${gap}${text}${after && !/^\s/.test(after) ? " " : ""}`);
}

/** Typing by script: through the editing command, so that Ctrl+Z works; by hand where a browser has none. */
export function replaceSelection(area, text) {
  if (!document.execCommand?.("insertText", false, text)) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
