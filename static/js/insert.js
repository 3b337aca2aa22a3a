// Text put into a field as if it had been typed: Ctrl+Z takes it back.

/** Puts `text` in place of the characters from `from` to `to`; without them, of what is selected. The field gets the focus. */
export function insertText(field, text, from = field.selectionStart, to = field.selectionEnd) {
  field.focus();
  field.setSelectionRange(from, to);
  // The standard names no other way that browsers can undo.
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, from, to, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
