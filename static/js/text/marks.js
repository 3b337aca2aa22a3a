// A text as a network shows it: posts/editing/text_highlighting.py in the browser; tests/vectors/marks.json holds the two together.
import { urls } from "./counting.js";

const WORD = "\\p{L}\\p{N}_";
const NAMES = new RegExp(
  `(?<![${WORD}&/])(?:#[${WORD}]*[\\p{L}\\p{No}\\p{Nl}_][${WORD}]*|@[${WORD}][${WORD}.-]*(?:@[${WORD}-]+(?:\\.[${WORD}-]+)+)?)`,
  "gu",
);
const SHOWN = 30;

/** Pieces in order: {text}, or {text, mark: "name" | "link", title} for what stands in colour. */
export function marks(text) {
  const found = [];
  let last = 0;
  for (const { start, end, url } of urls(text)) {
    named(text.slice(last, start), found);
    const bare = url.slice(url.indexOf("://") + 3).replace(/^www\./, "");
    const shown = [...bare];
    found.push({ text: shown.length > SHOWN ? `${shown.slice(0, SHOWN).join("")}…` : bare, mark: "link", title: url });
    last = end;
  }
  named(text.slice(last), found);
  return found;
}

function named(text, found) {
  let last = 0;
  for (const match of text.matchAll(NAMES)) {
    if (match.index > last) found.push({ text: text.slice(last, match.index) });
    found.push({ text: match[0], mark: "name" });
    last = match.index + match[0].length;
  }
  if (last < text.length) found.push({ text: text.slice(last) });
}

/** The same as nodes for the page. */
export function nodes(text) {
  const fragment = document.createDocumentFragment();
  for (const piece of marks(text)) {
    if (!piece.mark) {
      fragment.append(piece.text);
      continue;
    }
    const span = document.createElement("span");
    span.className = "preview-link";
    span.textContent = piece.text;
    if (piece.title) span.title = piece.title;
    fragment.append(span);
  }
  return fragment;
}
