// Which words of a passage are selected. The letters of a passage are those of its text, but for what stands in
// [data-added] and the numbers; places are counted in code points, as the server counts them.
import { closest } from "../dom.js";

const CONTEXT = 32;

export const points = (text) => [...text].length;

/** What the server needs to know of text.slice(start, end); null when nothing but spaces is left. */
export function described(place, text, start, end) {
  const chosen = text.slice(start, end);
  start += chosen.length - chosen.trimStart().length;
  end -= chosen.length - chosen.trimEnd().length;
  if (end <= start) return null;
  return {
    place,
    start: points(text.slice(0, start)),
    end: points(text.slice(0, end)),
    quote: text.slice(start, end),
    before: [...text.slice(0, start)].slice(-CONTEXT).join(""),
    after: [...text.slice(end)].slice(0, CONTEXT).join(""),
  };
}

/** @returns {Generator<Text>} */
function* letters(passage) {
  const walker = document.createTreeWalker(passage, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest("[data-added], .said-number")) yield /** @type {Text} */ (walker.currentNode);
}

export function textOf(passage) {
  return [...letters(passage)].map((node) => node.data).join("");
}

function chosenIn(passage, range) {
  let text = "";
  let start = -1;
  let end = -1;
  for (const node of letters(passage)) {
    if (range.intersectsNode(node)) {
      const from = node === range.startContainer ? range.startOffset : 0;
      const to = node === range.endContainer ? range.endOffset : node.length;
      if (to > from) {
        if (start < 0) start = text.length + from;
        end = text.length + to;
      }
    }
    text += node.data;
  }
  return start < 0 ? null : described(passage.dataset.place, text, start, end);
}

/** The selected words of the first passage in which some are selected, with the box on the screen around them. */
export function chosenWords(paper) {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  for (const passage of paper.querySelectorAll(".passage-text[data-place]")) {
    const found = range.intersectsNode(passage) && chosenIn(passage, range);
    if (found) return { ...found, box: range.getBoundingClientRect() };
  }
  return null;
}

/** A small toolbar below whatever words are selected. */
export function startSelecting(paper, saying) {
  const tools = paper.querySelector(".paper-tools");
  let timer = 0;

  function place() {
    const chosen = chosenWords(paper);
    tools.hidden = !chosen;
    if (!chosen) return;
    const frame = paper.getBoundingClientRect();
    const left = Math.min(chosen.box.left - frame.left, frame.width - tools.offsetWidth - 8);
    tools.style.top = `${chosen.box.bottom - frame.top + 6}px`;
    tools.style.left = `${Math.max(8, left)}px`;
  }

  document.addEventListener("selectionchange", () => {
    clearTimeout(timer);
    timer = setTimeout(place, 120);
  });
  // A press must not take the selection away before the click has read it.
  tools.addEventListener("pointerdown", (event) => event.preventDefault());
  tools.addEventListener("click", (event) => {
    const button = closest(event, "[data-selected]");
    const chosen = button && chosenWords(paper);
    if (!chosen) return;
    tools.hidden = true;
    saying.open(button.dataset.selected, chosen);
  });
}
