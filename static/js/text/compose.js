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
 * [{slot, text, thread}] for a channel; `thread` are the texts of the posts that follow it. `draft`: {texts: {tag: text}, own: {tag: text}, link, derived: {tag: text}, options:
 * [text], words: the municipality's (glossary.js)};
 * `layout`: {kind: "one" | "combined" | "separate", languages: [tag], polls: bool, threads: bool, shown: the link as it
 * goes out here}.
 */
export function parts(draft, layout) {
  const found = layout.languages.map((tag) => [tag, textFor(draft, tag)]).filter(([, text]) => text);
  if (layout.kind === "separate") {
    if (!found.length) return [{ slot: layout.languages[0], text: layout.shown || draft.link, thread: [] }];
    return found.map((each) => part(each[0], [each], draft, layout));
  }
  if (layout.kind === "combined") return [part("all", found, draft, layout)];
  return [part("all", found.slice(0, 1), draft, layout)];
}

/** A channel's own text wins, then its own in the other script, then what is written for all. */
function textFor(draft, tag) {
  const own = resolved(draft.own, tag, {}, draft.words);
  const shared = resolved(draft.texts, tag, draft.derived, draft.words);
  return own?.derived && shared && !shared.derived ? shared.text : (own ?? shared)?.text;
}

function part(slot, texts, draft, layout) {
  const written = texts.map(([tag, text]) => {
    const [first, ...further] = postsOf(forPublishing(text), layout.threads);
    return [withAnswers(first, layout.polls ? [] : answers(draft, tag)), ...further];
  });
  const most = Math.max(1, ...written.map((posts) => posts.length));
  // In both scripts, each post of a thread has its text in both.
  const posts = Array.from({ length: most }, (_, at) => written.map((each) => each[at]).filter(Boolean).join(BETWEEN));
  const [text, ...thread] = withLink(posts, draft.link, layout.shown);
  return { slot, text, thread };
}

/** posts/thread_parts.py: a line that holds only hyphens begins the next post. Without threads it is a blank line. */
function postsOf(text, threads) {
  const lines = text.split("\n");
  if (!lines.some(isSeparator)) return [text.trim()];
  const posts = [[]];
  for (const line of lines) {
    if (isSeparator(line)) posts.push([]);
    else posts.at(-1).push(line);
  }
  const kept = posts.map((post) => post.join("\n").trim()).filter(Boolean);
  if (!kept.length) return [""];
  return threads ? kept : [kept.join("\n\n")];
}

const isSeparator = (line) => /^[ \t]*-{3,}[ \t]*$/.test(line);

function answers(draft, tag) {
  const options = (draft.options ?? []).map((option) => forPublishing(option).trim());
  return tag === "sr-Latn" ? options.map((option) => toLatin(option, draft.words)) : options;
}

function withAnswers(text, options) {
  const lines = options.map((option, at) => `${at + 1}) ${option}`).join("\n");
  return [text, lines].filter(Boolean).join("\n\n");
}

/** The link where it is written, else at the end of the first post; `shown` stands for it. */
function withLink(posts, link, shown) {
  if (!link) return posts;
  const escaped = link.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  const inside = new RegExp(`(?<![^\\s(\\[{<„“"'«:;,])${escaped}(?=[.,;:!?)\\]}>”“"'»…]*(?:\\s|$))`, "gu");
  if (posts.some((post) => post.match(inside))) return posts.map((post) => post.replace(inside, () => shown || link));
  const [first, ...further] = posts;
  return [first ? `${first}\n\n${shown || link}` : shown || link, ...further];
}
