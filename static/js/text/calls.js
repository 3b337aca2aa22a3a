// Calls to action: patterns filled with day and link, days as a Serbian text names them. The same as
// posts/coaching/call_patterns.py; tests/vectors/coach.json holds the two together.

const MONTHS = {
  Cyrl: "јануара фебруара марта априла маја јуна јула августа септембра октобра новембра децембра".split(" "),
  Latn: "januara februara marta aprila maja juna jula avgusta septembra oktobra novembra decembra".split(" "),
};
// As Date.getUTCDay() counts: Sunday first.
const WEEKDAYS = {
  Cyrl: "недеље понедељка уторка среде четвртка петка суботе".split(" "),
  Latn: "nedelje ponedeljka utorka srede četvrtka petka subote".split(" "),
};
const DAY = 86400000;

/** The pattern with `values` of deadline, weekday and link; bracketed parts whose value is missing are left out. */
export function filled(pattern, values) {
  const value = /\{(\w+)\}/g;
  return pattern
    .replace(/\[([^[\]]*)\]/g, (_, part) => ([...part.matchAll(value)].every(([, name]) => values[name]) ? part : ""))
    .replace(value, (_, name) => values[name] ?? "");
}

/** {deadline, weekday} in the genitive for ISO dates; nothing for an empty `day`. */
export function deadlineWords(day, today, script = "Cyrl") {
  if (!day) return {};
  const [at, now] = [Date.parse(`${day}T00:00Z`), Date.parse(`${today}T00:00Z`)];
  const date = new Date(at);
  const named = `${date.getUTCDate()}. ${MONTHS[script][date.getUTCMonth()]}`;
  const year = date.getUTCFullYear();
  const deadline = year === new Date(now).getUTCFullYear() ? named : `${named} ${year}.`;
  const soon = at >= now && at - now <= 6 * DAY;
  return { deadline, weekday: soon ? WEEKDAYS[script][date.getUTCDay()] : deadline };
}
