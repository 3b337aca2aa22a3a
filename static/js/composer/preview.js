// The look of the post while one types. At once, by the text engine: lengths, texts in the previews, derived Latin, the
// coach. After each pause the server answers with everything else; each part goes to its place by its id.
import { contents } from "../markup.js";
import { traced } from "../serbian.js";
import { parts } from "../text/compose.js";
import { count, isReady, makeReady } from "../text/counting.js";
import { nodes } from "../text/marks.js";
import { facts, own, typed } from "./typed.js";
import { csrf, fields, say } from "./words.js";

const PAUSE = 300;
// While a link is being looked at: how often to ask, how many times.
const AGAIN = 3000;
const MOST = 6;

export function startPreview(form, coach) {
  let clock, request, asked = 0;
  const shown = new Map();

  function update() {
    const draft = typed(form);
    const over = [];
    for (const item of form.querySelectorAll("#counters [data-channel]")) {
      const part = partOf(form, draft, item.dataset);
      if (part === undefined) continue;
      const { limit, partLimit, channel, slot, counting, url } = item.dataset;
      if (!isReady(counting)) {
        // Until then the server's count stands.
        makeReady(counting).then(update, () => {});
        continue;
      }
      const lengths = [part.text, ...part.thread].map((text) => count(text, { counting, urlLength: Number(url) }));
      const limits = lengths.map((_length, at) => Number(at ? partLimit : limit));
      const preview = document.getElementById(`preview-${channel}-${slot}`);
      showAll(item, lengths, limits);
      show(preview?.querySelector(".letters"), lengths[0], limits[0]);
      if (lengths.some((length, at) => length > limits[at])) over.push(item.querySelector(".visually-hidden").textContent);
      draw(preview?.querySelector(".look-text"), part.text);
      // A new post of a thread comes with the server's answer.
      for (const [at, place] of [...(preview?.querySelectorAll(".look-thread-post") ?? [])].entries()) {
        if (at >= part.thread.length) continue;
        show(place.querySelector(".letters"), lengths[at + 1], limits[at + 1]);
        draw(place.querySelector(".look-text"), part.thread[at]);
      }
    }
    derive(draft);
    coach.update(facts(form, over));
  }

  /** A preview is drawn anew only where its text changed. */
  function draw(place, text) {
    if (!place || shown.get(place) === text) return;
    place.replaceChildren(place.closest("[data-bold-line]") ? withBoldLine(text) : nodes(text));
    shown.set(place, text);
  }

  /** Only Latin loses nothing and is derived here; Cyrillic waits for the server. */
  function derive({ texts, words }) {
    const [latin, place] = [form.elements["text-sr-Latn"], form.querySelector("#derived-sr-Latn .derived-text")];
    if (!latin || !place || latin.value.trim()) return;
    const pieces = traced(texts["sr-Cyrl"] ?? "", words);
    if (place.textContent !== pieces.map(({ after }) => after).join("")) place.replaceChildren(...pieces.map(stretch));
  }

  async function ask() {
    request?.abort();
    request = new AbortController();
    const body = fields(form);
    try {
      const answer = await fetch(form.dataset.preview, {
        method: "POST", body, redirect: "manual", signal: request.signal, headers: { "X-CSRFToken": csrf(form) },
      });
      if (!answer.ok) return;
      const sent = contents(await answer.text()).filter((each) => each instanceof Element);
      shown.clear();
      for (const part of sent) {
        if (part.id === "coach-points") coach.received(part);
        else place(part);
      }
      form.dispatchEvent(new CustomEvent("composer:fragments"));
      // A worker reads the page behind a link some seconds after the save.
      if ((coach.waits() || form.querySelector(".look-card[data-unread]")) && asked++ < MOST) clock = setTimeout(ask, AGAIN);
    } catch {
      // Saving tells about a lost connection; the previews stay as they were.
    }
  }

  function changed() {
    // An answer to what stood there a moment ago would only flicker.
    request?.abort();
    update();
    clearTimeout(clock);
    asked = 0;
    clock = setTimeout(ask, PAUSE);
  }
  // What is behind the links is not on the page yet.
  if (typed(form).link) clock = setTimeout(ask, PAUSE);
  return { changed, update };
}

/** As posts/editing/text_highlighting.py makes it. */
function withBoldLine(text) {
  const [, before, line, rest] = /^(\s*)([^\n]*)([^]*)$/.exec(text);
  const fragment = document.createDocumentFragment();
  const bold = document.createElement("strong");
  bold.append(nodes(line));
  fragment.append(before, bold, nodes(rest));
  return fragment;
}

/** As templates/posts/_derived.html marks it. */
function stretch({ after, why }) {
  if (!why) return after;
  return Object.assign(document.createElement("span"), { className: `derived-${why}`, textContent: after });
}

function partOf(form, draft, { channel, slot, kind, languages, polls, threads, shown }) {
  const takes = { polls: Boolean(polls), threads: Boolean(threads) };
  const layout = { kind, languages: languages.split(" "), ...takes, shown: draft.link ? shown : "" };
  const found = parts({ ...draft, own: own(form, channel) }, layout);
  return found.find((each) => each.slot === slot);
}

function place(part) {
  const there = document.getElementById(part.id);
  if (!there || there.outerHTML === part.outerHTML || isInUse(there)) return;
  // An open menu, or a choice somebody is making, is not pulled away.
  if (there.contains(document.activeElement) && document.activeElement !== document.body) {
    const id = document.activeElement.id;
    const { name, value } = /** @type {HTMLInputElement} */ (document.activeElement);
    if (!id && name !== "fold") return;
    there.replaceWith(part);
    document.querySelector(id ? `#${CSS.escape(id)}` : `[name="${name}"][value="${value}"]`)?.focus();
    return;
  }
  there.replaceWith(part);
}

/** A part with fields of its own (`data-keep`) stays while somebody is in it, or has typed something there. */
function isInUse(there) {
  if (!("keep" in there.dataset)) return false;
  const isTyped = [...there.querySelectorAll("input")].some((each) => each.value !== each.defaultValue);
  return isTyped || (there.contains(document.activeElement) && document.activeElement !== document.body);
}

/** A counter for each post of a thread. */
function showAll(item, lengths, limits) {
  const counters = [...item.querySelectorAll(".letters")];
  for (const [at, length] of lengths.entries()) {
    counters[at] ??= item.appendChild(document.createElement("span"));
    show(counters[at], length, limits[at]);
  }
  for (const counter of counters.slice(lengths.length)) counter.remove();
}

function show(target, length, limit) {
  if (!target) return;
  target.className = length > limit ? "letters letters-over" : length > limit * 0.9 ? "letters letters-close" : "letters";
  const text = length > limit ? say("over", { over: length - limit }) : `${length} / ${limit}`;
  if (target.textContent !== text) target.textContent = text;
}
