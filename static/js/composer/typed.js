// What stands in the fields, as values for the text engine.
import { isoDay } from "../dates.js";
import { glossary } from "../text/glossary.js";
import { today } from "./words.js";

const BARE = /^(?:[\p{L}\p{M}\p{N}_-]+\.)+\p{L}{2,}(?:[/?#]\S*)?$/u;

/** People type "cuprija.rs/vesti" and mean a web address. */
export function typedLink(form) {
  const typed = form.elements.link.value.trim();
  return BARE.test(typed) ? `https://${typed}` : typed;
}

export function isLink(link) {
  if (/\s/.test(link)) return false;
  try {
    const { protocol, hostname } = new URL(link);
    return /^https?:$/.test(protocol) && hostname.includes(".");
  } catch {
    return false;
  }
}

export const areas = (form) => [...form.querySelectorAll("textarea[name^='text-']")];

let words;
/** The municipality's own words, as the page brought them along and the person taught since. */
const known = (form) => (words ??= glossary(JSON.parse(form.dataset.words)));

export function learn(form, latin, cyrillic) {
  form.dataset.words = JSON.stringify([...JSON.parse(form.dataset.words), [latin || cyrillic, cyrillic || latin]]);
  words = undefined;
}

/** {texts, link, derived, options, words} for every channel, and `own(channel)` for what one says differently. */
export function typed(form) {
  const texts = {}, derived = {};
  for (const area of areas(form)) {
    const tag = area.name.slice(5);
    texts[tag] = area.value;
    derived[tag] = area.closest(".script-panel").querySelector(".derived-text")?.textContent ?? "";
  }
  const link = typedLink(form);
  const asks = ["poll", "quiz", "this_or_that"].includes(form.elements["interactive-kind"]?.value);
  const options = asks ? [...form.querySelectorAll("[name='interactive-option']")].map((each) => each.value).filter((each) => each.trim()) : [];
  return { texts, derived, link: isLink(link) ? link : "", options, words: known(form) };
}

export function own(form, channel) {
  const found = {};
  for (const area of form.querySelectorAll(`textarea[name^='own-${CSS.escape(channel)}-']`)) {
    if (area.value.trim()) found[area.name.split("-").slice(2).join("-")] = area.value;
  }
  return found;
}

/** For the coach. `over`: names of channels for which the text is too long. */
export function facts(form, over) {
  const written = [...areas(form), ...form.querySelectorAll(".own:not([hidden]) textarea[name^='own-']")];
  const link = typedLink(form);
  return {
    today: today(),
    texts: written.map((area) => ({ place: area.name, tag: area.lang, text: area.value })),
    kind: form.elements["call-kind"].value,
    words: form.elements["call-words"].value.trim(),
    deadline: isoDay(form.elements["call-deadline"].value),
    link,
    isLink: !link || isLink(link),
    pictures: isStory(form) ? [] : [...form.querySelectorAll(".picture:not(.picture-film) [name='media']")].map(({ value }) => ({ id: value, alt: form.elements[`alt-${value}`]?.value ?? "" })),
    over,
    takesPart: Boolean(form.elements["interactive-kind"]?.value),
    offices: JSON.parse(form.dataset.offices ?? "[]"),
  };
}

/** Whether every channel publishes it as a story: no network takes a description of a story's picture. */
function isStory(form) {
  const chosen = [...form.querySelectorAll("[name='channels']:is([type='hidden'], :checked)")];
  return chosen.length > 0 && chosen.every(({ value }) => form.elements[`setting-${value}-format`]?.value === "story");
}
