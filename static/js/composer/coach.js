// The coach beside the text. What needs only the text it finds by itself at each letter (text/points.js); the rest comes
// with the server's answers. A button puts right what can be put right, or leads to the place.
import { put } from "../dates.js";
import { closest } from "../dom.js";
import { NUMBERS, RULES, days, mended, national, verbs } from "../text/coach.js";
import { points } from "../text/points.js";
import { replaceSelection } from "./call.js";
import { reveal } from "./reveal.js";
import { today } from "./words.js";

const STATES = ["stops", "look", "todo", "ok"];
// Screen readers hear the count when one pauses, not at each letter.
const CALM = 1200;

export function startCoach(form, call) {
  const card = document.getElementById("coach");
  return new Coach(form, card, call);
}

class Coach {
  constructor(form, card, call) {
    this.form = form;
    this.card = card;
    this.call = call;
    this.plural = new Intl.PluralRules(document.documentElement.lang || "sr");
    this.template = card.querySelector("[data-row]").content;
    this.rows = new Map();
    /** @type {HTMLLIElement | undefined} */
    this.none = undefined;
    this.server = this.adopted(card.querySelector("#coach-points"));
    this.open = card.querySelector("[data-open]");
    this.fine = card.querySelector("[data-ok]");
    card.addEventListener("click", (event) => {
      const button = closest(event, "[data-fix]");
      if (button) this.fix(button);
      if (closest(event, ".coach-toggle")) this.toggle();
    });
    this.tellToggle();
    this.learn();
  }

  /** What it says is the same on all pages, so the browser keeps it. Until it is here the server's list stands. */
  async learn() {
    this.learning = true;
    try {
      this.words = await (await fetch(this.card.dataset.words)).json();
      this.order = Object.keys(this.words.titles);
      this.render();
    } catch {
      // without a connection it is asked for again at a later letter
    } finally {
      this.learning = false;
    }
  }

  /** The points that only the server knows, with the rows it made for them. */
  adopted(part) {
    return [...part.querySelectorAll("[data-by-server]")].map((row) => ({ id: row.dataset.point, state: row.dataset.state, code: row.dataset.code, row }));
  }

  received(part) {
    this.server = this.adopted(part);
    this.render();
  }

  waits() {
    return this.server.some(({ code }) => code === "link_answer.waiting");
  }

  update(facts) {
    this.facts = facts;
    this.found = [...points(facts)];
    this.isEmpty = !facts.texts.some(({ text }) => text.trim());
    this.render();
  }

  render() {
    if (!this.found) return;
    if (!this.words) return this.learning || this.learn();
    this.card.toggleAttribute("data-quiet", this.isEmpty);
    const all = this.isEmpty ? [] : [...this.found, ...this.server];
    const place = ({ id }) => this.order.indexOf(id) + 1 || 99;
    all.sort((one, other) => STATES.indexOf(one.state) - STATES.indexOf(other.state) || place(one) - place(other));
    const todo = all.filter(({ state }) => state !== "ok").map((each) => this.row(each));
    const fine = all.filter(({ state }) => state === "ok").map((each) => this.row(each));
    settle(this.open, todo.length ? todo : [this.nothing()]);
    settle(this.fine, fine);
    this.fine.closest("details").hidden = !fine.length;
    this.card.querySelector("[data-fine]").textContent = fine.length;
    this.count(todo.length);
  }

  /** The row of a point: kept while it says the same, so that focus and reading place stay. */
  row(point) {
    if (point.row) return point.row;
    const sentence = filled(this.words.sentences[point.code], point.values);
    const said = `${point.state}|${sentence}|${point.fix?.kind ?? ""}`;
    const known = this.rows.get(point.id);
    const row = known?.row ?? this.template.querySelector(".point").cloneNode(true);
    if (known?.said !== said) {
      row.dataset.point = point.id;
      row.dataset.state = point.state;
      row.dataset.code = point.code;
      row.querySelector(".point-mark").replaceChildren(this.template.querySelector(`[data-mark="${point.state}"]`).firstElementChild.cloneNode(true));
      row.querySelector("strong").textContent = this.words.titles[point.id];
      row.querySelector("[data-why]").textContent = sentence;
      const button = row.querySelector(".point-fix");
      button.hidden = !point.fix || point.state === "ok";
      if (point.fix) button.textContent = this.words.fixes[point.fix.kind];
      this.rows.set(point.id, { row, said });
    }
    row.querySelector(".point-fix").dataset.fix = JSON.stringify(point.fix ?? {});
    return row;
  }

  nothing() {
    this.none ??= Object.assign(document.createElement("li"), { className: "point-none" });
    const words = this.isEmpty ? this.words.empty : this.words.none;
    if (this.none.textContent !== words) this.none.textContent = words;
    return this.none;
  }

  count(number) {
    clearTimeout(this.clock);
    const words = number ? filled(this.words.count[this.plural.select(number)] ?? this.words.count.other, { count: number }) : "";
    const place = document.getElementById("coach-count");
    if (place.textContent === words) return;
    this.clock = setTimeout(() => (place.textContent = words), place.textContent ? CALM : 0);
  }

  // ---- putting right

  fix(button) {
    const { kind, name, values } = JSON.parse(button.dataset.fix);
    if (kind === "mend") this.mend(name);
    else if (kind === "show") this.show(name);
    else if (kind === "set") this.set(values);
    else if (kind === "put") this.call.put();
    else if (kind === "day") this.call.putDay();
    else if (kind === "open") this.leave(name);
    else reveal(this.form, this.field(name));
  }

  field(name) {
    return this.form.elements[name];
  }

  /** In another tab: the text stays as it is here. Whoever comes back wants to read what changed. */
  leave(page) {
    window.open(page, "_blank", "noopener");
    window.addEventListener("focus", () => this.form.dispatchEvent(new Event("input", { bubbles: true })), { once: true });
  }

  places(rule) {
    const find = { days: lastDays, others: this.others() }[rule] ?? (NUMBERS.includes(rule) ? this.unknown(rule) : RULES[rule]);
    return this.facts.texts.map(({ place, text }) => ({ area: this.field(place), text, hits: find(text) })).filter(({ hits }) => hits.length);
  }

  /** Finds numbers that are not known as an office's. */
  unknown(rule) {
    return (text) => RULES[rule](text).filter(({ words }) => !this.facts.offices.includes(national(words)));
  }

  /** Finds verbs that ask for something else than the first. */
  others() {
    const asking = (text) => verbs(text).filter(({ kind }) => kind);
    const first = this.facts.texts.flatMap(({ text }) => asking(text))[0]?.kind;
    return (text) => asking(text).filter(({ kind }) => kind !== first);
  }

  mend(rule) {
    for (const { area, text, hits } of this.places(rule)) {
      const better = mended(text, hits);
      if (better === text) continue;
      reveal(this.form, area);
      // Only what differs is typed over, so that one step of "undo" takes it back.
      const [start, end, instead] = difference(text, better);
      area.setSelectionRange(start, end);
      replaceSelection(area, instead);
    }
  }

  show(rule) {
    const [{ area, hits }] = this.places(rule);
    reveal(this.form, area);
    area.setSelectionRange(hits[0].start, hits[0].end);
  }

  set(values) {
    for (const [name, value] of Object.entries(values)) {
      put(this.field(name), value);
    }
    reveal(this.form, this.field(Object.keys(values)[0]));
  }

  // ---- on a phone it is folded under the text

  toggle() {
    const opens = !this.isOpen();
    this.card.classList.toggle("is-open", opens);
    this.card.classList.toggle("is-closed", !opens);
    this.tellToggle();
  }

  isOpen() {
    return this.card.querySelector("#coach-points").checkVisibility();
  }

  tellToggle() {
    this.card.querySelector(".coach-toggle").setAttribute("aria-expanded", String(this.isOpen()));
  }
}

const lastDays = (text) => days(text, today()).filter((day) => day.isLast);

/** Brings a list's children into order without touching those that already stand right. */
function settle(list, rows) {
  for (const each of [...list.children]) if (!rows.includes(each)) each.remove();
  rows.forEach((row, at) => list.children[at] !== row && list.insertBefore(row, list.children[at] ?? null));
}

function filled(sentence, values = {}) {
  return sentence.replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "").replaceAll("%%", "%");
}

/** Start and end in `before` of what differs, and what stands there in `after`. */
function difference(before, after) {
  let start = 0, tail = 0;
  while (start < before.length && before[start] === after[start]) start += 1;
  const most = Math.min(before.length, after.length) - start;
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return [start, before.length - tail, after.slice(start, after.length - tail)];
}
