// How long a text is in the eyes of each network: platforms/counting.py in the browser.
// tests/vectors/counting.json holds the two together.

// What \w of Python's regex is: https://unicode.org/reports/tr18/#word
const WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200c\\u200d";
const URL_LIKE = /(?<![\p{L}\p{N}@/.])https?:\/\/[^\s<>"'„“”»«]+/giu;
const REMOTE_MENTION = new RegExp(`(?<![=/${WORD}])@([${WORD}](?:[${WORD}.-]*[${WORD}])?)@[${WORD}.-]+\\.[${WORD}]+`, "gu");
const TRAILING = ".,;:!?…";
const letters = new Intl.Segmenter("sr", { granularity: "grapheme" });
const encoder = new TextEncoder();

// What is shown as a picture: emoji by default, or by the selector, keycaps and flags.
const EMOJI = /\p{Emoji_Presentation}|\uFE0F|\u20E3/u;
const HASHTAG = /(?<![\p{L}\p{N}_&/#])[#＃][\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*/gu;
const RESERVED = /[|{}@[\]()<>#\\*_~]/gu;

// How X counts is long, with every ending of a name in it, and few channels need it: it is fetched for the first one.
let x;
export const isReady = (way) => way !== "x" || x !== undefined;
export async function makeReady(way) {
  if (!isReady(way)) ({ x } = await import("./weighted.js"));
}

/** Throws for a way that is not ready. `limits`: {counting: "mastodon", "x" or a name in WAYS, urlLength}. */
export function count(text, limits) {
  if (limits.counting === "mastodon") return mastodon(text, limits.urlLength || 23);
  if (limits.counting === "x" && x) return x(text, limits.urlLength || 23);
  if (Object.hasOwn(WAYS, limits.counting)) return WAYS[limits.counting](text);
  throw new RangeError(`Unknown way of counting: ${limits.counting}`);
}

/** Extended grapheme clusters: what a reader calls a character. */
export function graphemes(text) {
  let found = 0;
  // Almost every text is letters of one code point each, and those need no segmenter.
  const plain = /^[\n -~\u00a0-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e]*$/u;
  for (const line of text.split(/(?<=\n)/)) {
    if (plain.test(line)) found += line.length;
    else for (const _ of letters.segment(line)) found += 1;
  }
  return found;
}

export const utf8Bytes = (text) => encoder.encode(text).length;

const codePoints = (text) => Array.from(text).length;

/** Code points, with an emoji as its UTF-8 bytes. */
function threads(text) {
  let found = 0;
  for (const { segment } of letters.segment(text)) found += EMOJI.test(segment) ? utf8Bytes(segment) : codePoints(segment);
  return found;
}

/** UTF-16 units after the escapes that LinkedIn's "little text" needs; a live hashtag stands in a frame. */
function littleText(text) {
  const tags = withoutUrls(text).match(HASHTAG) ?? [];
  return text.length + (text.match(RESERVED) ?? []).length + "{hashtag||}".length * tags.length;
}

const WAYS = {
  code_points: codePoints, graphemes, little_text: littleText, threads, utf16: (text) => text.length, utf8_bytes: utf8Bytes,
};

/** Graphemes, with every URL as `urlLength` and a mention without its server. */
export function mastodon(text, urlLength = 23) {
  let shortened = "", last = 0;
  for (const { start, end, url } of urls(text)) {
    if (!host(url).includes(".")) continue;
    shortened += text.slice(last, start) + "x".repeat(urlLength);
    last = end;
  }
  return graphemes((shortened + text.slice(last)).replace(REMOTE_MENTION, "@$1"));
}

/** `text` with a blank for each address, so that an anchor in one is no hashtag. */
function withoutUrls(text) {
  let kept = "", last = 0;
  for (const { start, end } of urls(text)) {
    kept += `${text.slice(last, start)} `;
    last = end;
  }
  return kept + text.slice(last);
}

/** {start, end, url} of each http(s) address, without the punctuation that ends a sentence. */
export function urls(text) {
  const found = [];
  for (const match of text.matchAll(URL_LIKE)) {
    const url = trimmed(match[0]);
    if (url.length > "https://".length) found.push({ start: match.index, end: match.index + url.length, url });
  }
  return found;
}

function trimmed(url) {
  const times = (sign) => url.split(sign).length - 1;
  // How many more are closed than opened.
  const open = { ")": times(")") - times("("), "]": times("]") - times("[") };
  let end = url.length;
  for (; end; end--) {
    const last = url[end - 1];
    if (open[last] > 0) open[last] -= 1;
    else if (!TRAILING.includes(last)) break;
  }
  return url.slice(0, end);
}

const host = (url) => url.slice(url.indexOf("://") + 3).split(/[/?#:]/, 1)[0];
