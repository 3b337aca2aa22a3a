// How X counts: platforms/weighted.py in the browser. tests/vectors/counting.json holds the two together.
import { TLDS } from "./tlds.js";

const URL_LENGTH = 23;
const LIGHT = [[0x0000, 0x10ff], [0x2000, 0x200d], [0x2010, 0x201f], [0x2032, 0x2037]];
const EMOJI = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|[0-9#*]\uFE0F?\u20E3/u;
const letters = new Intl.Segmenter("sr", { granularity: "grapheme" });

const LATIN = "\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u024f\\u1e00-\\u1eff";
const WORD = "[\\p{L}\\p{M}\\p{N}]";
const WIRE = "[\\p{L}\\p{M}\\p{N}_\\-]";
const NAME = `(?:${WORD}(?:${WIRE}*${WORD})?\\.)+${WORD}(?:[\\p{L}\\p{M}\\p{N}\\-]*${WORD})?`;
// Labels that lead to no name are taken as well, without a group: it would be tried again from each of them.
const LABELS = `(?:[a-z0-9${LATIN}](?:[a-z0-9${LATIN}_\\-]{0,61}[a-z0-9${LATIN}])?\\.)+`;
const BARE = `${LABELS}[a-z0-9\\-]+`;
const PATH = `[a-z\\u0400-\\u04ff0-9!*';:=+,.$\\/%#\\[\\]\\u2013_~@\\|&${LATIN}\\-]`;
const PARENTHESES = `\\((?:${PATH}+|${PATH}*\\(${PATH}+\\)${PATH}*)\\)`;
const END = `(?:[+a-z\\u0400-\\u04ff0-9=_#\\/${LATIN}\\-]|${PARENTHESES})`;
const HOST = new RegExp(`(?<![A-Za-z0-9@＠$#＃])(?:(https?:\\/\\/)(${NAME})|(?<![\\-_.\\/])(?:(${BARE})|${LABELS}))`, "giu");
const REST = new RegExp(
  `(?::[0-9]+)?(?:\\/(?:(?:${PATH}|${PARENTHESES})*${END})?)?` +
    "(?:\\?[a-z0-9!?*'@();:&=+$\\/%#\\[\\]_.,~\\|\\-]*[a-z0-9_&=#\\/\\-])?",
  "iuy",
);

export function x(text, urlLength = URL_LENGTH) {
  const composed = text.normalize("NFC");
  let length = 0, last = 0;
  for (const [start, end] of addresses(composed)) {
    length += weight(composed.slice(last, start)) + urlLength;
    last = end;
  }
  return length + weight(composed.slice(last));
}

function addresses(text) {
  const found = [];
  HOST.lastIndex = 0;
  for (let match; (match = HOST.exec(text)); ) {
    const scheme = match[1] ?? "", host = match[2] ?? match[3] ?? "";
    const name = known(host);
    let end = match.index + scheme.length + name.length;
    if (!name || /^[@+\-0-9A-Za-z]/.test(text.slice(end, end + 1))) continue;
    if (name.length === host.length) {
      REST.lastIndex = end;
      end += REST.exec(text)?.[0].length ?? 0;
    }
    found.push([match.index, end]);
    HOST.lastIndex = end;
  }
  return found;
}

/** As much of `host` as ends in a name that exists, "" where none does. */
function known(host) {
  const labels = host.split(".");
  for (; labels.length > 1; labels.pop()) {
    const ending = labels.at(-1).toLowerCase();
    if (TLDS.has(ending) || ending.startsWith("xn--")) return labels.join(".");
  }
  return "";
}

function weight(text) {
  let found = 0;
  for (const { segment } of letters.segment(text)) {
    if (EMOJI.test(segment)) found += 2;
    else for (const letter of segment) found += of(letter.codePointAt(0));
  }
  return found;
}

const of = (code) => (LIGHT.some(([first, last]) => first <= code && code <= last) ? 1 : 2);
