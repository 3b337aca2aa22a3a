// The next post of a thread: a line of hyphens at the cursor, and the cursor behind it.
import { insertText } from "../insert.js";

export function beginPart(area) {
  const [before, after] = [area.value.slice(0, area.selectionStart), area.value.slice(area.selectionEnd)];
  const isLineBegun = before && !before.endsWith("\n");
  insertText(area, `${isLineBegun ? "\n" : ""}---${after.startsWith("\n") ? "" : "\n"}`);
  if (after.startsWith("\n")) area.setSelectionRange(area.selectionStart + 1, area.selectionStart + 1);
}
