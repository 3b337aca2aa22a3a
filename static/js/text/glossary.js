// Words with a spelling of their own: serbian/glossary.py in the browser, for the way from Cyrillic to Latin. A word is
// found with its case endings (Фејсбуку: Facebooku); one in capitals is found as it is written.
import { lettersToLatin, normalised } from "../serbian.js";

// Longest first, so that "има" is not read as "и" and a rest.
const ENDINGS =
  "овима евима ових овим овог овом ама има ова ове ови ово ову ева еве еви ево еву ов ев ом ем ог ој им их а е и о у".split(" ");
const ENDING = ["-\\p{L}{1,4}", ...ENDINGS.map(lettersToLatin), ...ENDINGS, ""].join("|");
const W = "[\\p{L}\\p{N}_]";
const VOWELS = "aeiouаеиоу";
const CYRILLIC = /[\u0400-\u04ff]/;
const NOTHING = "(?!)";

/** From [[latin, cyrillic]]; where both are the same, the word keeps its script in every text. */
export function glossary(words) {
  const both = words.map((pair) => pair.map((word) => normalised(word).trim())).filter(([latin, cyrillic]) => latin && cyrillic);
  const spellings = new Map();
  const forms = new Map();
  for (const [word] of both.filter(([latin, cyrillic]) => latin === cyrillic && CYRILLIC.test(latin))) forms.set(form(word), word);
  for (const [other, word] of both.filter(([latin, cyrillic]) => latin !== cyrillic)) {
    const [stem, otherStem] = stems(word, other);
    spellings.set(isUpper(word) ? stem : stem.toLowerCase(), otherStem);
    forms.set(form(word, stem), word);
  }
  if (!forms.size) return EMPTY;
  const longestFirst = [...forms.keys()].sort((one, other) => forms.get(other).length - forms.get(one).length);
  const pattern = (kept, flags) => new RegExp(`(?<!${W})(${longestFirst.filter(kept).join("|") || NOTHING})(${ENDING})(?!${W})`, flags);
  const acronyms = pattern((each) => isUpper(forms.get(each)), "gu");
  const others = pattern((each) => !isUpper(forms.get(each)), "giu");
  return { find: (text) => found(text, acronyms, others, spellings) };
}

export const EMPTY = { find: () => [] };

/** [{start, end, spelling}] in order: at each place the acronym before the other word, as one pattern would. */
function found(text, acronyms, others, spellings) {
  const words = [];
  let acronym, word;
  for (let at = 0; ; ) {
    // What lies ahead is kept: each search would read to the end of the text again.
    if (acronym === undefined || acronym?.index < at) acronym = next(acronyms, text, at);
    if (word === undefined || word?.index < at) word = next(others, text, at);
    const match = acronym && (!word || acronym.index <= word.index) ? acronym : word;
    if (!match) return words;
    const [whole, stem, ending] = match;
    const other = spellings.get(match === acronym ? stem : stem.toLowerCase());
    at = match.index + whole.length;
    words.push({ start: match.index, end: at, spelling: other === undefined ? whole : inCaseOf(stem, other) + lettersToLatin(ending) });
  }
}

function next(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function form(word, stem) {
  const kept = stem ?? (word.length > 3 && "aа".includes(word.at(-1)) ? word.slice(0, -1) : word);
  return kept === word ? escaped(word) : `${escaped(kept)}(?=[${VOWELS}])`;
}

/** What stays when the word is declined: without its last vowel, if both spellings end in the same one. */
function stems(word, other) {
  const last = word.at(-1);
  const same = lettersToLatin(last) === lettersToLatin(other.at(-1));
  return word.length > 3 && VOWELS.includes(last) && same ? [word.slice(0, -1), other.slice(0, -1)] : [word, other];
}

function inCaseOf(written, spelling) {
  if (written.length > 1 && isUpper(written)) return spelling.toUpperCase();
  return isUpper(written[0]) ? spelling[0].toUpperCase() + spelling.slice(1) : spelling;
}

const isUpper = (word) => word === word.toUpperCase() && word !== word.toLowerCase();
const escaped = (word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
