// Words of the municipality: a spelling corrected by hand is offered to be remembered, and a Latin text written without
// its diacritics gets them back, word by word, as the person agrees.
import { closest } from "../dom.js";
import { contents } from "../markup.js";
import { replaceSelection } from "./call.js";
import { learn } from "./typed.js";
import { csrf } from "./words.js";

const PATIENCE = 15000;

export function startWords(form, changed) {
  async function post(url, values) {
    const body = new URLSearchParams({ ...values, csrfmiddlewaretoken: csrf(form) });
    const signal = AbortSignal.timeout(PATIENCE);
    return fetch(url, { method: "POST", body, redirect: "manual", signal, headers: { "X-CSRFToken": csrf(form) } });
  }
  startOffers(form, post, changed);
  for (const place of form.querySelectorAll("[data-repair]")) startRepair(place, post);
}

// ---- remember

function startOffers(form, post, changed) {
  const settled = new Set();

  form.addEventListener("click", (event) => {
    const offer = closest(event, "[data-offer]");
    if (!offer) return;
    if (closest(event, "[data-not-this]")) settle(offer, "");
    else if (closest(event, "[data-remember]")) remember(offer);
  });
  form.addEventListener("keydown", (event) => {
    // Enter in one of the two fields would send the whole form.
    if (event.key !== "Enter" || !event.target.matches("[data-offer] input")) return;
    event.preventDefault();
    remember(closest(event, "[data-offer]"));
  });
  // Offers come anew with every answer of the server; those the person has dealt with stay away.
  form.addEventListener("composer:fragments", () => {
    for (const offer of form.querySelectorAll("[data-offer]")) if (settled.has(offer.dataset.offer)) remove(offer);
  });

  async function remember(offer) {
    if (offer.ariaBusy === "true") return;
    const button = offer.querySelector("[data-remember]");
    const [latin, cyrillic] = ["latin", "cyrillic"].map((name) => offer.querySelector(`[data-${name}]`).value.trim());
    offer.ariaBusy = "true";
    try {
      const answer = await post(button.dataset.remember, { latin, cyrillic });
      if (!answer.ok && answer.status !== 422) throw new Error(answer.statusText);
      const words = await answer.text();
      if (answer.ok) {
        learn(form, latin, cyrillic);
        settle(offer, words);
        changed();
      } else refuse(offer, words);
    } catch {
      refuse(offer, said(offer).dataset.failed);
    }
    offer.ariaBusy = "false";
  }

  const panel = (offer) => offer.closest(".script-panel");
  const said = (offer) => panel(offer).querySelector("[data-said]");

  function refuse(offer, why) {
    said(offer).textContent = "";
    offer.querySelector("[data-problem]").textContent = why;
  }

  /** The offer goes, in both scripts; who was in it is led to the next one, or back to the text. */
  function settle(offer, words) {
    said(offer).textContent = words;
    settled.add(offer.dataset.offer);
    const next = offer.nextElementSibling ?? offer.previousElementSibling;
    const area = panel(offer).querySelector("textarea");
    const wasInside = offer.contains(document.activeElement) || document.activeElement === document.body;
    for (const each of form.querySelectorAll("[data-offer]")) if (settled.has(each.dataset.offer)) remove(each);
    if (wasInside) (next?.querySelector("[data-remember]") ?? area).focus();
  }

  function remove(offer) {
    const place = offer.closest(".offers");
    offer.remove();
    if (!place.querySelector("[data-offer]")) place.replaceChildren();
  }
}

// ---- diacritics

function startRepair(place, post) {
  const ask = place.querySelector("[data-repair-ask]");
  const answer = place.querySelector(".repair-answer");
  const area = place.closest(".script-panel").querySelector("textarea");
  let about = "";

  function open(shown) {
    answer.hidden = !shown;
    ask.setAttribute("aria-expanded", String(shown));
    (shown ? answer : ask).focus();
  }

  function say(words) {
    answer.replaceChildren(Object.assign(document.createElement("p"), { textContent: words }));
    answer.focus();
  }

  async function lookUp() {
    about = area.value;
    ask.disabled = true;
    try {
      const found = await post(place.dataset.repair, { text: about });
      if (!found.ok) throw new Error(found.statusText);
      answer.replaceChildren(...contents(await found.text()));
      ask.disabled = false;
      open(true);
    } catch {
      ask.disabled = false;
      open(true);
      say(answer.dataset.failed);
    }
  }

  function apply() {
    if (area.value !== about) return say(answer.dataset.moved);
    const changes = chosen(answer);
    open(false);
    if (!changes.length) return;
    area.focus();
    // From the first changed word to the last by one editing command, so that one Ctrl+Z takes all of it back.
    const [start, end, instead] = together(about, changes);
    area.setSelectionRange(start, end);
    replaceSelection(area, instead);
  }

  ask.addEventListener("click", () => (answer.hidden ? lookUp() : open(false)));
  answer.addEventListener("click", (event) => {
    if (closest(event, "[data-repair-close]")) open(false);
    else if (closest(event, "[data-repair-apply]")) apply();
  });
  answer.addEventListener("keydown", (event) => {
    if (event.key === "Escape") open(false);
    // Enter at a tick would send the whole form.
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  });
  const show = () => (place.hidden = !area.value.trim());
  area.form.addEventListener("input", show);
  show();
}

/** [[start, end, word]] in code points, as the person ticked and chose. */
function chosen(answer) {
  const found = [];
  for (const each of answer.querySelectorAll("[data-places]")) {
    if (!each.value || (each.type === "checkbox" && !each.checked)) continue;
    for (const [start, end] of JSON.parse(each.dataset.places)) found.push([start, end, each.value]);
  }
  return found.sort((one, other) => one[0] - other[0]);
}

/** [start, end, instead] in UTF-16 units, as a textarea counts; the server counts code points. */
function together(text, changes) {
  const points = [...text];
  const [first, last] = [changes[0][0], changes.at(-1)[1]];
  let instead = "", at = first;
  for (const [start, end, word] of changes) {
    instead += points.slice(at, start).join("") + word;
    at = end;
  }
  const before = points.slice(0, first).join("").length;
  return [before, before + points.slice(first, last).join("").length, instead];
}
