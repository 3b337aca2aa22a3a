// What the coach says about what is typed: posts/coaching/points.py in the browser, point by point.
// tests/vectors/coach.json holds the two together.
import { deadlineWords } from "./calls.js";
import { NUMBERS, RULES, days, hits, national, verbs } from "./coach.js";
import { urls } from "./counting.js";
import { BARE_ALTS, both } from "./words.js";

const NEEDS_LINK = ["apply", "pay", "book", "download", "subscribe"];
const NEEDS_DAY = ["apply", "pay", "vote", "attend"];
const SHORT_ALT = 15;
const LONG_ALT = 350;
const SHOWN = 3;
const FILE = /^\S+\.(?:jpe?g|png|webp|avif|hei[cf]|gif)$|^(?:IMG|DSC|PXL|Screenshot)[\p{L}\p{M}\p{N}_ .-]*$/iu;
const BARE = new Set(both(BARE_ALTS));

const point = (id, state, code, values = {}, fix = null) => ({ id, state, code, values, fix });
const focus = (name) => ({ kind: "focus", name });
const plain = (text) => text.trim().replace(/\s+/g, " ");
const holds = (text, words) => text.toLowerCase().includes(words.toLowerCase());

/**
 * `facts`: {today, texts: [{place, tag, text}], kind, words, deadline, link, isLink, pictures: [{id, alt}], over: [name], takesPart, offices: [digits]};
 * days are ISO, "" where there is none.
 */
export function points(facts) {
  const written = facts.texts.filter((each) => each.text.trim());
  if (!written.length) return descriptions(facts, written);
  return [
    ...call(facts, written),
    ...link(facts, written),
    ...deadline(facts, written),
    facts.over.length
      ? point("length", "stops", "length.over", { names: [...new Set(facts.over)].join(", ") }, focus(written[0].place))
      : point("length", "ok", "length.ok"),
    ...rules(written, facts.offices ?? []),
    ...descriptions(facts, written),
  ];
}

function* call(facts, written) {
  const found = written.flatMap((each) => verbs(each.text));
  const asking = found.filter((each) => each.kind);
  const said = found.length > 0 || (facts.words && written.some((each) => holds(each.text, facts.words)));
  if (facts.kind && said) yield point("call", "ok", "call.ok");
  else if (facts.kind) yield point("call", "look", "call.unsaid", {}, facts.words ? { kind: "put" } : focus("call-words"));
  else if (asking.length) {
    const [{ words, kind }] = asking;
    const values = { "call-kind": kind, "call-words": words.slice(0, 1).toUpperCase() + words.slice(1).toLowerCase() };
    yield point("call", "look", "call.unfiled", { words: quoted([words]) }, { kind: "set", name: "call-kind", values });
  } else if (facts.takesPart) yield point("call", "ok", "call.takes_part");
  else yield point("call", "todo", "call.none", {}, focus("call-kind"));
  if (new Set(asking.map((each) => each.kind)).size > 1) {
    yield point("single", "look", "single.many", { words: quoted(asking.map((each) => each.words.toLowerCase())) }, { kind: "show", name: "others" });
  }
}

function* link(facts, written) {
  const typed = facts.link && facts.isLink ? [facts.link] : [];
  const most = Math.max(...written.map((each) => new Set([...typed, ...urls(each.text).map(({ url }) => url)]).size));
  if (facts.link && !facts.isLink) yield point("link", "look", "link.bad", {}, focus("link"));
  else if (most > 1) yield point("link", "look", "link.many", { count: most }, focus("link"));
  else if (most) yield point("link", "ok", "link.ok");
  else if (NEEDS_LINK.includes(facts.kind)) yield point("link", "todo", "link.none", {}, focus("link"));
}

function* deadline(facts, written) {
  const named = written.flatMap((each) => days(each.text, facts.today));
  const [last] = named.filter((day) => day.isLast);
  if (facts.deadline) {
    yield chosen(facts, written, named, last);
  } else if (last) {
    const words = { words: quoted([last.words]) };
    if (last.on < facts.today) yield point("deadline", "look", "deadline.gone", words, { kind: "show", name: "days" });
    else yield point("deadline", "look", "deadline.unfiled", words, { kind: "set", name: "call-deadline", values: { "call-deadline": last.on } });
  } else if (NEEDS_DAY.includes(facts.kind) && !named.length) {
    yield point("deadline", "todo", "deadline.none", {}, focus("call-deadline"));
  }
}

function chosen(facts, written, named, last) {
  if (facts.deadline < facts.today) return point("deadline", "look", "deadline.past", {}, focus("call-deadline"));
  if (named.some((day) => day.on === facts.deadline) || saysWeekday(facts, written)) return point("deadline", "ok", "deadline.ok");
  if (last) return point("deadline", "look", "deadline.differs", { words: quoted([last.words]) }, focus("call-deadline"));
  return point("deadline", "look", "deadline.unsaid", {}, { kind: "day" });
}

function saysWeekday(facts, written) {
  return ["Cyrl", "Latn"].some((script) => {
    const words = deadlineWords(facts.deadline, facts.today, script);
    return words.weekday !== words.deadline && written.some((each) => holds(each.text, words.weekday));
  });
}

function* rules(written, offices) {
  const found = Object.fromEntries(Object.keys(RULES).map((name) => [name, []]));
  for (const { place, text, tag } of written) {
    for (const [name, places] of hits(text, tag)) {
      const asked = NUMBERS.includes(name) ? places.filter(({ words }) => !offices.includes(national(words))) : places;
      found[name].push(...asked.map((each) => ({ ...each, place })));
    }
  }
  for (const [name, places] of Object.entries(found)) {
    if (!places.length) yield point(name, "ok", `${name}.ok`);
    else {
      const kind = places.some((each) => each.instead !== null) ? "mend" : "show";
      yield { ...point(name, "look", name, { words: quoted(places.map((each) => each.words)) }, { kind, name }), places };
    }
  }
}

/** „прва”, „друга” … at most three, long ones cut. */
export function quoted(words) {
  const several = [...new Set(words.map((word) => plain(word).replace(/^, /, "")))];
  const cut = (word) => ([...word].length <= 40 ? word : `${[...word].slice(0, 39).join("")}…`);
  const shown = several.slice(0, SHOWN).map((word) => `„${cut(word)}”`).join(", ");
  return several.length > SHOWN ? `${shown} …` : shown;
}

function descriptions(facts, written) {
  if (!facts.pictures.length) return [];
  const texts = new Set(written.map((each) => plain(each.text).toLowerCase()));
  for (const [at, { id, alt }] of facts.pictures.entries()) {
    const why = poorAlt(alt, texts);
    if (why) return [point("alt", why === "missing" ? "todo" : "look", `alt.${why}`, { number: at + 1 }, focus(`alt-${id}`))];
  }
  return [point("alt", "ok", "alt.ok")];
}

/** Why a description does not help; "" if it does. */
export function poorAlt(alt, texts = new Set()) {
  const words = plain(alt).toLowerCase();
  if (!words) return "missing";
  if (FILE.test(plain(alt))) return "filename";
  if (BARE.has(words.replace(/(?<!\.)\.+$/, ""))) return "bare";
  if (texts.has(words)) return "same";
  if ([...words].length < SHORT_ALT) return "short";
  return [...words].length > LONG_ALT ? "long" : "";
}
