// The text engine: everything about a text that needs nothing but the text, as it is typed. Lengths as each network
// counts them, the look with its links and hashtags, the parts a channel shows, the coach. No page and no network in
// it: values in, values out. Python has the same (platforms/counting.py, posts/editing/text_highlighting.py, posts/compose.py,
// posts/coach/), and tests/vectors/*.json run through both.
export { toLatin, traced } from "../serbian.js";
export { deadlineWords, filled } from "./calls.js";
export { NUMBERS, RULES, average, days, hits, mended, national, sentences, verbs } from "./coach.js";
export { forPublishing, parts, resolved } from "./compose.js";
export { count, graphemes, isReady, makeReady, mastodon, urls, utf8Bytes } from "./counting.js";
export { glossary } from "./glossary.js";
export { marks, nodes } from "./marks.js";
export { points, poorAlt, quoted } from "./points.js";
export * as words from "./words.js";
