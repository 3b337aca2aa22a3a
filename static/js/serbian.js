// Serbian Cyrillic to Latin, as serbian/transliteration.py does it: the direction that loses nothing, so a page may do it
// at every keystroke. Addresses, mentions, hashtags, file names and placeholders stay as they are, and the words of a
// municipality (text/glossary.js) have the spelling it gave them.

const CYRILLIC = "абвгдђежзијклмнопрстћуфхцчш";
const LATIN = "abvgdđežzijklmnoprstćufhcčš";
const DIGRAPHS = { љ: "lj", њ: "nj", џ: "dž" };
const ONE_CODEPOINT = { "Ǆ": "DŽ", "ǅ": "Dž", "ǆ": "dž", "Ǉ": "LJ", "ǈ": "Lj", "ǉ": "lj", "Ǌ": "NJ", "ǋ": "Nj", "ǌ": "nj" };
const LETTERS = new Map();
[...CYRILLIC].forEach((letter, at) => {
  LETTERS.set(letter, LATIN[at]);
  LETTERS.set(letter.toUpperCase(), LATIN[at].toUpperCase());
});

const TOP_LEVELS =
  "rs|срб|com|org|net|info|eu|gov|edu|int|ch|ba|me|hr|si|mk|hu|ro|bg|al|at|de|fr|it|uk|us|io|co|tv|app|dev|ly|gl|be|social|online|example|test|localhost";
const FILE_ENDINGS =
  "pdf|docx?|xlsx?|pptx?|odt|ods|odp|txt|csv|rtf|zip|rar|7z|jpe?g|png|gif|webp|heic|avif|svg|mp4|mov|mp3|srt|vtt|html?";
const W = "\\p{L}\\p{N}_";
// The same stretches as serbian/protected.py, in the same order. What begins again inside itself ("{{ {{") is read once.
const PROTECTED = new RegExp(
  [
    "\\{\\{(?:(?!\\{\\{|\\}\\}).)*\\}\\}", "\\{%(?:(?!\\{%|%\\}).)*%\\}", `\\{[A-Za-z_][${W}.]*\\}`,
    `%\\([A-Za-z_][${W}]*\\)[sdif]`, "%[sdif](?![\\p{L}])",
    "`[^`\\n]+`", "<\\/?[A-Za-z][^<>]*>", "<!--(?:(?!<!--|-->).)*-->", "&(?:[A-Za-z]+|#\\d+|#x[0-9a-fA-F]+);",
    "(?<=\\])\\([^()\\s]+\\)", '[A-Za-z][A-Za-z0-9+.-]{0,30}:\\/\\/[^\\s<>"„”“»]+', "(?:mailto|tel):[^\\s<>]+",
    `(?<![${W}.+-])[${W}.+-]+@[${W}-]+(?:\\.[${W}-]+)+`,
    `(?<![${W}@])@[${W}.-]*[${W}](?:@[${W}-]+(?:\\.[${W}-]+)+)?`, `(?<![${W}&])#[${W}]+`,
    `(?<![${W}.-])[${W}-]+(?:\\.[${W}-]+)*\\.(?:${FILE_ENDINGS})(?![${W}])`,
    `(?<![${W}.-])(?:[a-z0-9-]+\\.)+(?:${TOP_LEVELS})(?![${W}]|-[${W}])(?::\\d+)?(?:[\\/?#][^\\s<>"„”“»]*)?`,
    `(?<![${W}.-])(?:[а-яђјљњћџ0-9-]+\\.)+срб(?![${W}])(?:[\\/?#][^\\s<>"„”“»]*)?`,
    `(?<![${W}])utm_[a-z]+=\\S+`, `(?<![${W}:]):[a-z0-9_+-]+:(?![${W}])`,
  ].join("|"),
  "gisu",
);

/** Serbian Latin for Serbian Cyrillic; whatever is not Serbian Cyrillic stays as it is. */
export const toLatin = (text, words) => traced(text, words).map(({ after }) => after).join("").normalize("NFC");

/** The same in pieces, [{before, after, why}]: "protected", "glossary", or "" where letters were simply converted. */
export function traced(text, words) {
  const plain = normalised(text);
  const pieces = [];
  let last = 0;
  for (const match of plain.matchAll(PROTECTED)) {
    pieces.push(...free(plain.slice(last, match.index), words), { before: match[0], after: match[0], why: "protected" });
    last = match.index + match[0].length;
  }
  return [...pieces, ...free(plain.slice(last), words)].filter(({ before }) => before);
}

function free(text, words) {
  const pieces = [];
  let last = 0;
  const plain = (end) => ({ before: text.slice(last, end), after: lettersToLatin(text.slice(last, end)), why: "" });
  for (const { start, end, spelling } of words?.find(text) ?? []) {
    pieces.push(plain(start), { before: text.slice(start, end), after: spelling, why: "glossary" });
    last = end;
  }
  return [...pieces, plain(text.length)];
}

/** NFC, without the digraphs that Unicode also has as one character. */
export const normalised = (text) => text.normalize("NFC").replace(/[Ǆ-ǌ]/g, (letter) => ONE_CODEPOINT[letter]);

/** Every letter, without protecting anything. */
export function lettersToLatin(text) {
  let latin = "";
  for (let at = 0; at < text.length; at++) {
    const digraph = DIGRAPHS[text[at].toLowerCase()];
    latin += digraph ? cased(digraph, text, at) : (LETTERS.get(text[at]) ?? text[at]);
  }
  return latin;
}

/** The next letter decides (ЊЕГОШ, Његош); at the end of a word the one before (КОЊ; but Ж. Љ.). */
function cased(digraph, text, at) {
  if (text[at] === text[at].toLowerCase()) return digraph;
  const following = text.slice(at + 1, at + 2);
  const decides = /\p{L}/u.test(following) ? following : text.slice(0, at).slice(-1);
  return /\p{Lu}/u.test(decides) ? digraph.toUpperCase() : digraph[0].toUpperCase() + digraph.slice(1);
}
