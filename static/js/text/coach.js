// The coach's rules: posts/coaching/text_rules.py in the browser, rule by rule, so that it answers each letter.
// tests/vectors/coach.json holds the two together. Change one, change the other: the vectors tell.
import { toLatin } from "../serbian.js";
import { urls } from "./counting.js";
import { ABBREVIATIONS, FREE_MAIL, LITTLE, LOOKALIKES, MONTHS, VERBS, both } from "./words.js";

const LONG_SENTENCE = 25;
const MOST_EMOJI = 3;
const LONG_HASHTAG = 12;
const LONGEST_HASHTAG = 100;
const CAPITALS_IN_A_ROW = 4;
const SOON_PAST = 30;
// Of the text before a day, as much as is read for "до" and the like.
const BEFORE_DAY = 100;
const DAY = 86400000;

/**
 * A place in the text: `instead` is what the coach would write there, null when a person must.
 * @typedef {{start: number, end: number, words: string, instead: string | null}} Hit
 */

/** @returns {Hit} */
const hit = (match, instead = null) => ({ start: match.index, end: match.index + match[0].length, words: match[0], instead });
const all = (text, pattern) => [...text.matchAll(pattern)].map((match) => hit(match));
const capitalised = (word) => word.slice(0, 1).toUpperCase() + word.slice(1);
const inBoth = (entries) => new Map(entries.flatMap(([word, value]) => [[word, value], [toLatin(word), value]]));

// ---- what is asked

const VERB_KINDS = inBoth(Object.entries(VERBS));
const VERB = new RegExp(`(?<![\\p{L}\\p{N}#@])(?:${both(Object.keys(VERBS)).join("|")})(?![\\p{L}\\p{N}])`, "giu");
const CLICK =
  /(?<!\p{L})(?:кликни(?:те)?|klikni(?:te)?)\s+(?:овде|овдје|ovde|ovdje|на\s+(?:овај\s+)?линк|na\s+(?:ovaj\s+)?link)(?!\p{L})/giu;

/** Imperatives that ask people to act, each with its `kind` of call. */
export const verbs = (text) =>
  [...text.matchAll(VERB)].map((match) => ({ ...hit(match), kind: VERB_KINDS.get(match[0].toLowerCase()) }));

const clickHere = (text) => all(text, CLICK);

// ---- days

const MONTH_NUMBERS = inBoth(MONTHS.map((word, at) => [word, at + 1]));
const DATE = new RegExp(
  `(?<![\\p{L}\\p{N}.])(\\d{1,2})\\.\\s?(?:(${both(MONTHS).join("|")})(?!\\p{L})|(\\d{1,2})\\.)(?:\\s?(\\d{4})\\.?)?`, "giu",
);
const UNTIL = /(?:до|do|закључно са|zaključno sa|најкасније|najkasnije)\s+(?:\p{L}+,?\s+)?$/iu;

/** Days named in the text: places with `on` (ISO) and `isLast` ("до 15. децембра"). */
export function days(text, today) {
  const found = [];
  for (const match of text.matchAll(DATE)) {
    const month = match[2] ? MONTH_NUMBERS.get(match[2].toLowerCase()) : Number(match[3]);
    const on = day(Number(match[1]), month, match[4] ? Number(match[4]) : null, today);
    if (on) found.push({ ...hit(match), on, isLast: UNTIL.test(text.slice(Math.max(0, match.index - BEFORE_DAY), match.index)) });
  }
  return found;
}

function day(number, month, year, today) {
  if (year !== null) return iso(year, month, number);
  const now = Number(today.slice(0, 4));
  const on = iso(now, month, number);
  if (!on) return null;
  return Date.parse(on) >= Date.parse(today) - SOON_PAST * DAY ? on : iso(now + 1, month, number);
}

function iso(year, month, number) {
  if (year < 1) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, number);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== number) return null;
  return date.toISOString().slice(0, 10);
}

// ---- reading

const END = /(?<![.!?…])[.!?…]+[”“"')\]]*(?=\s+[\p{Lu}\d„“"(]|\s*$)|\n+/gu;
const WORD = /\p{L}[\p{L}\p{N}’'-]*/gu;

/** The sentences of a text; "15. децембра" does not end one. */
export function sentences(text) {
  const found = [];
  let start = 0;
  const add = (end) => {
    const piece = text.slice(start, end);
    const words = piece.trim();
    const at = start + piece.length - piece.trimStart().length;
    if (words) found.push({ start: at, end: at + words.length, words, instead: null });
    start = end;
  };
  for (const match of withoutUrls(text).matchAll(END)) add(match.index + match[0].length);
  add(text.length);
  return found;
}

const wordsIn = (sentence) => (withoutUrls(sentence).match(WORD) ?? []).length;
const longSentences = (text) => sentences(text).filter((each) => wordsIn(each.words) > LONG_SENTENCE);

/** Words in a sentence, on average. */
export function average(text) {
  const lengths = sentences(text).map((each) => wordsIn(each.words)).filter(Boolean);
  const sum = lengths.reduce((one, other) => one + other, 0);
  return lengths.length ? Math.floor((2 * sum + lengths.length) / (2 * lengths.length)) : 0;
}

function withoutUrls(text) {
  const kept = [];
  let last = 0;
  for (const { start, end } of urls(text)) {
    kept.push(text.slice(last, start), " ".repeat(end - start));
    last = end;
  }
  return kept.join("") + text.slice(last);
}

const SHORT = new Map(Object.entries(ABBREVIATIONS).flatMap(([short, long]) => [[short, long], [toLatin(short), toLatin(long)]]));
const ABBREVIATION = new RegExp(`(?<![\\p{L}\\p{N}#@])(?:${both(Object.keys(ABBREVIATIONS)).join("|")})(?![\\p{L}\\p{N}])`, "gu");
const CAPITALS = new RegExp(
  `(?<![\\p{L}\\p{N}#@])\\p{Lu}+(?:[^\\p{L}\\n#@]{1,6}\\p{Lu}+){${CAPITALS_IN_A_ROW - 1},}(?!\\p{L})`, "gu",
);
const LETTERS = /\p{L}+/gu;

/** The first use of each abbreviation that nothing explains. */
function abbreviations(text) {
  const shouted = capitals(text);
  const found = new Map();
  let at = 0;
  for (const match of text.matchAll(ABBREVIATION)) {
    const short = match[0], long = SHORT.get(short);
    while (at < shouted.length && shouted[at].end <= match.index) at++;
    if (found.has(short) || shouted[at]?.start <= match.index) continue;
    found.set(short, isExplained(text, short, long) ? null : hit(match, long ? `${short} (${long})` : null));
  }
  return [...found.values()].filter(Boolean);
}

function isExplained(text, short, long) {
  if (text.includes(`(${short})`) || text.includes(`${short} (`)) return true;
  return Boolean(long) && text.toLowerCase().includes(long.toLowerCase());
}

/** Runs of words in capitals that are no abbreviations. */
function capitals(text) {
  const found = [];
  for (const match of text.matchAll(CAPITALS)) {
    const words = match[0].match(LETTERS).filter((word) => !SHORT.has(word));
    if (words.length >= CAPITALS_IN_A_ROW - 1 && words.filter((word) => word.length >= 4).length >= 2) {
      found.push(hit(match, calm(match[0])));
    }
  }
  return found;
}

function calm(shouted) {
  let out = "", last = 0, fresh = true;
  for (const match of shouted.matchAll(LETTERS)) {
    const between = shouted.slice(last, match.index);
    fresh ||= /[.!?]/.test(between);
    const word = SHORT.has(match[0]) ? match[0] : match[0].toLowerCase();
    out += between + (fresh ? capitalised(word) : word);
    last = match.index + match[0].length;
    fresh = false;
  }
  return out + shouted.slice(last);
}

// ---- letters

const DRAWN = "[\\u{1D400}-\\u{1D7FF}\\u24B6-\\u24E9\\u{1F130}-\\u{1F149}\\uFF21-\\uFF3A\\uFF41-\\uFF5A]";
const FANCY = new RegExp(`${DRAWN}(?:[ \\t]*${DRAWN})*`, "gu");
const CYRILLIC = /[\u0400-\u04FF]/g;
const LATIN = /[A-Za-z\u00C0-\u024F]/g;
const UNTOUCHED = /(?<!\S)\S*(?::\/\/|@)\S*|(?<![\p{L}\p{M}\p{N}_-])(?<![\p{L}\p{M}\p{N}_-]\.)(?:[\p{L}\p{M}\p{N}_-]+\.)+[a-z]{2,}(?:\/\S*)?/gu;
const TO_CYRILLIC = Object.fromEntries(Object.entries(LOOKALIKES).map(([cyrillic, latin]) => [latin, cyrillic]));

const fancy = (text) => [...text.matchAll(FANCY)].map((match) => hit(match, match[0].normalize("NFKC")));

/** Words with letters of both scripts. */
function mixed(text) {
  const fixed = all(text, UNTOUCHED);
  const found = [];
  let at = 0;
  for (const match of text.matchAll(LETTERS)) {
    while (at < fixed.length && fixed[at].end <= match.index) at++;
    if (at < fixed.length && fixed[at].start <= match.index) continue;
    const cyrillic = (match[0].match(CYRILLIC) ?? []).length, latin = (match[0].match(LATIN) ?? []).length;
    if (!cyrillic || !latin) continue;
    found.push(hit(match, unmixed(match[0], cyrillic >= latin)));
  }
  return found;
}

function unmixed(word, intoCyrillic) {
  const twins = intoCyrillic ? TO_CYRILLIC : LOOKALIKES;
  const strange = intoCyrillic ? /[A-Za-z\u00C0-\u024F]/ : /[\u0400-\u04FF]/;
  const letters = [...word].map((letter) => (strange.test(letter) ? twins[letter] : letter));
  return letters.includes(undefined) ? null : letters.join("");
}

// ---- signs

const EMOJI =
  /\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3|(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F)(?:\uFE0F|\p{Emoji_Modifier}|\u200D\p{Extended_Pictographic}\uFE0F?)*/gu;
const BULLET = new RegExp(`(?:^|\\n)[ \\t]*(${EMOJI.source})(?=[ \\t]+\\S)`, "gu");
const HASHTAG = /(?<![\p{L}\p{N}_&/#])#([\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*)/gu;

/** Emoji as bullets of a list, and all after the third. */
function emoji(text) {
  const found = [];
  const bullets = new Set([...text.matchAll(BULLET)].map((match) => match.index + match[0].length - match[1].length));
  let counted = 0;
  for (const match of text.matchAll(EMOJI)) {
    if (bullets.size > 1 && bullets.has(match.index)) {
      found.push(hit(match, "–"));
      continue;
    }
    counted += 1;
    if (counted <= MOST_EMOJI) continue;
    let start = match.index;
    while (start && " \t".includes(text[start - 1])) start--;
    const end = match.index + match[0].length;
    found.push({ start, end, words: text.slice(start, end), instead: "" });
  }
  return found;
}

/** Hashtags of several words without capitals. */
function hashtags(text) {
  const found = [];
  let known;
  for (const match of text.matchAll(HASHTAG)) {
    const tag = match[1];
    const pieces = tag.split("_").filter(Boolean);
    if (pieces.length > 1) {
      found.push(hit(match, `#${pieces.map(capitalised).join("")}`));
    } else if (tag === tag.toLowerCase() && [...tag].length >= LONG_HASHTAG) {
      known ??= vocabulary(text);
      const parts = [...tag].length <= LONGEST_HASHTAG ? takenApart(tag, known) : null;
      found.push(hit(match, parts && `#${parts.map(capitalised).join("")}`));
    }
  }
  return found;
}

/** Two hashtags or more inside the sentences. */
function hashtagsInBetween(text) {
  const tags = all(text, HASHTAG);
  // What stands behind the last tag that is left; blanks, as long as the tags are together at the end.
  let until = text.length;
  while (tags.length && !text.slice(tags.at(-1).end, until).trim()) until = tags.pop().start;
  return tags.length > 1 ? tags : [];
}

function vocabulary(text) {
  const words = (text.replace(HASHTAG, " ").match(LETTERS) ?? []).filter((word) => [...word].length > 2);
  return new Set([...words.map((word) => word.toLowerCase()), ...LITTLE].flatMap((word) => [word, toLatin(word)]));
}

function takenApart(tag, known) {
  const best = [[], ...Array(tag.length).fill(null)];
  for (let end = 1; end <= tag.length; end++) {
    for (let start = 0; start < end; start++) {
      const head = best[start];
      if (head && known.has(tag.slice(start, end)) && (!best[end] || head.length + 1 < best[end].length)) {
        best[end] = [...head, tag.slice(start, end)];
      }
    }
  }
  const found = best[tag.length];
  return found?.length > 1 ? found : null;
}

// ---- people

// Its name goes with it, so that no „ЈМБГ:” is left behind without a number.
const THIRTEEN = /(?:,?[ \t]{0,4}(?<![\p{L}\p{N}_])(?:ЈМБГ|JMBG)[ \t]{0,4}:?[ \t]{0,4})?(?<!\d)(\d{13})(?!\d)/gu;
const COUNTRY = "\\(?(?:(?:\\+\\s?|00\\s?)381[\\s/.-]?(?:\\(0\\)[\\s/.-]?)?\\(?|0)";
const MOBILE = new RegExp(`(?<![\\d/])(?:${COUNTRY})[\\s/.-]?6\\d\\)?[\\s/.-]{0,3}\\d(?:[\\s/.-]{0,2}\\d){5,7}(?!\\d)`, "g");
const LANDLINE = new RegExp(
  `(?<![\\d/.,-])(?:${COUNTRY})(?:230|280|290|390|[123]\\d)\\)?[ /.-]{0,3}\\d(?:[ .-]?\\d){4,6}(?![\\d/]|[.-]\\d)`,
  "g",
);
const PLATE = /(?<![\p{L}\p{N}])\p{Lu}{2}[ -]\d{3,4}[ -]?\p{Lu}{2}(?![\p{L}\p{N}])/gu;
const MAIL =
  /(?<![\p{L}\p{M}\p{N}_.+-])([\p{L}\p{M}\p{N}_+-]+(?:\.[\p{L}\p{M}\p{N}_+-]+)*)@((?:[\p{L}\p{M}\p{N}_-]+\.)+\p{L}{2,})/gu;
const WEIGHTS = [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

function isJmbg(digits) {
  const year = Number(digits.slice(4, 7));
  if (!iso(year + (year < 800 ? 2000 : 1000), Number(digits.slice(2, 4)), Number(digits.slice(0, 2)))) return false;
  const control = 11 - (WEIGHTS.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0) % 11);
  return Number(digits[12]) === (control < 10 ? control : 0);
}

const jmbg = (text) => [...text.matchAll(THIRTEEN)].filter((match) => isJmbg(match[1])).map((match) => hit(match, ""));

function mails(text) {
  const isPerson = (name) => name.includes(".") && name.split(".").every((part) => /^\p{L}+$/u.test(part));
  return [...text.matchAll(MAIL)]
    .filter(([, name, host]) => FREE_MAIL.includes(host.toLowerCase()) || isPerson(name))
    .map((match) => hit(match));
}

/** In the order in which the coach says them. */
export const RULES = {
  sentences: longSentences,
  click_here: clickHere,
  abbreviations,
  capitals,
  fancy,
  mixed,
  emoji,
  hashtags,
  hashtags_in_between: hashtagsInBetween,
  jmbg,
  phones: (text) => all(text, MOBILE),
  landlines: (text) => all(text, LANDLINE),
  plates: (text) => all(text, PLATE),
  mails,
};

// Rules whose places are left out where the number is known as an office's.
export const NUMBERS = ["phones", "landlines"];

/** The figures of a number as one dials it here: "035461123" for "+381 (0)35 461-123". */
export const national = (number) => number.replace(/[^\d+]/g, "").replace(/^(?:\+|00)381(?:0(?=\d))?/, "0");

// Rules that know Serbian words; in Hungarian or Albanian they would see ghosts.
const SERBIAN_ONLY = ["sentences", "click_here", "abbreviations"];

/** Every rule with its places, of a text in the language `tag`. @returns {[rule: string, places: Hit[]][]} */
export function hits(text, tag = "sr-Cyrl") {
  const southSlavic = ["sr", "bs", "hr", "cnr"].includes(tag.split("-")[0]);
  return Object.entries(RULES).map(([name, rule]) => [name, southSlavic || !SERBIAN_ONLY.includes(name) ? rule(text) : []]);
}

/** The text with everything put right that the coach can put right. */
export function mended(text, found) {
  const pieces = [];
  let last = 0;
  for (const { start, end, instead } of [...found].sort((one, other) => one.start - other.start)) {
    if (instead === null) continue;
    pieces.push(text.slice(last, start), instead);
    last = end;
  }
  return pieces.join("") + text.slice(last);
}
