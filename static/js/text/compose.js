// From what is typed to what a channel shows: posts/compose.py in the browser. Latin is derived here as well; Cyrillic
// from Latin has to guess and waits for the server, which said last what it would be (`draft.derived`).
import { toLatin } from "../serbian.js";

const SERBIAN = ["sr-Cyrl", "sr-Latn"];
const BETWEEN = "\n\n—\n\n";
const ONE_CODEPOINT = { "Ǆ": "DŽ", "ǅ": "Dž", "ǆ": "dž", "Ǉ": "LJ", "ǈ": "Lj", "ǉ": "lj", "Ǌ": "NJ", "ǋ": "Nj", "ǌ": "nj" };

/** As the text leaves the house: NFC, no "do not join" marks, no one-codepoint digraphs. */
export const forPublishing = (text) =>
  text.normalize("NFC").replace(/[Ǆ-ǌ]/g, (letter) => ONE_CODEPOINT[letter]).replaceAll("\u200c", "");

/** The text of `tag`, written or derived from the other Serbian script; null where there is none. */
export function resolved(texts, tag, derived = {}, words = undefined) {
  if (texts[tag]?.trim()) return { text: texts[tag], derived: false };
  const source = SERBIAN.includes(tag) ? texts[SERBIAN[1 - SERBIAN.indexOf(tag)]] : "";
  if (!source?.trim()) return null;
  if (tag === "sr-Latn") return { text: toLatin(source, words), derived: true };
  return derived[tag] ? { text: derived[tag], derived: true } : null;
}

/**
 * [{slot, text}] for a channel. `draft`: {texts: {tag: text}, own: {tag: text}, link, derived: {tag: text}, options:
 * [text], words: the municipality's (glossary.js)};
 * `layout`: {kind: "one" | "combined" | "separate", languages: [tag], polls: bool, shown: the link as it goes out here}.
 */
export function parts(draft, layout) {
  const found = layout.languages.map((tag) => [tag, textFor(draft, tag)]).filter(([, text]) => text);
  if (layout.kind === "separate") {
    if (!found.length) return [{ slot: layout.languages[0], text: layout.shown || draft.link }];
    return found.map((each) => part(each[0], [each], draft, layout));
  }
  if (layout.kind === "combined") return [part("all", found, draft, layout)];
  const tags = [...Object.keys(draft.own), ...Object.keys(draft.texts)];
  const first = found[0] ?? tags.map((tag) => [tag, textFor(draft, tag)]).find(([, text]) => text);
  return [part("all", first ? [first] : [], draft, layout)];
}

/** A channel's own text wins, then its own in the other script, then what is written for all. */
function textFor(draft, tag) {
  const own = resolved(draft.own, tag, {}, draft.words);
  const shared = resolved(draft.texts, tag, draft.derived, draft.words);
  return own?.derived && shared && !shared.derived ? shared.text : (own ?? shared)?.text;
}

function part(slot, texts, draft, layout) {
  const told = texts.map(([tag, text]) => withAnswers(forPublishing(text).trim(), layout.polls ? [] : answers(draft, tag)));
  return { slot, text: withLink(told.join(BETWEEN), draft.link, layout.shown) };
}

function answers(draft, tag) {
  const options = (draft.options ?? []).map((option) => forPublishing(option).trim());
  return tag === "sr-Latn" ? options.map((option) => toLatin(option, draft.words)) : options;
}

function withAnswers(text, options) {
  const lines = options.map((option, at) => `${at + 1}) ${option}`).join("\n");
  return [text, lines].filter(Boolean).join("\n\n");
}

/** The link at the end, unless the text has it already; `shown` stands for it, also inside the text. */
function withLink(text, link, shown) {
  if (!link) return text;
  const escaped = link.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  const inside = new RegExp(`(?<![^\\s(\\[{<„“"'«:;,])${escaped}(?=[.,;:!?)\\]}>”“"'»…]*(?:\\s|$))`, "gu");
  if (text.match(inside)) return text.replace(inside, () => shown || link);
  return text ? `${text}\n\n${shown || link}` : shown || link;
}
