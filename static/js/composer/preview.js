// After each pause in typing the server answers with previews, counters and problems; each part goes to its place by id.
// Until it does, the counters are moved by as many characters as were typed: quick, and put right a moment later.
import { csrf, fields, say } from "./words.js";

const PAUSE = 300;
const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

const length = (text) => [...letters.segment(text)].length;

export function startPreview(form) {
  let clock, request, counted = new Map();
  const areas = [...form.querySelectorAll("textarea[name^='text-']")];
  const remember = () => (counted = new Map(areas.map((area) => [area.name.slice(5), length(area.value)])));
  remember();

  function estimate() {
    for (const item of form.querySelectorAll("#counters [data-count]")) {
      const [tag] = item.dataset.languages.split(" ");
      const area = areas.find((each) => each.name === `text-${tag}`);
      const source = area?.value ? area : areas.find((each) => each.value);
      if (!source) continue;
      const grown = length(source.value) - (counted.get(source.name.slice(5)) ?? 0);
      show(item.querySelector(".letters"), Number(item.dataset.count) + grown, Number(item.dataset.limit));
    }
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
      const sent = new DOMParser().parseFromString(await answer.text(), "text/html");
      remember();
      for (const part of [...sent.body.children]) place(part);
    } catch {
      // Saving tells about a lost connection; the previews stay as they were.
    }
  }

  function changed() {
    estimate();
    clearTimeout(clock);
    clock = setTimeout(ask, PAUSE);
  }
  return { changed };
}

function place(part) {
  const there = document.getElementById(part.id);
  if (!there || there.outerHTML === part.outerHTML) return;
  // An open menu, or a choice somebody is making, is not pulled away.
  if (there.contains(document.activeElement) && document.activeElement !== document.body) {
    const id = document.activeElement.id;
    const { name, value } = document.activeElement;
    if (!id && name !== "fold") return;
    there.replaceWith(part);
    document.querySelector(id ? `#${CSS.escape(id)}` : `[name="${name}"][value="${value}"]`)?.focus();
    return;
  }
  there.replaceWith(part);
}

function show(target, count, limit) {
  if (!target) return;
  target.className = count > limit ? "letters letters-over" : count > limit * 0.9 ? "letters letters-close" : "letters";
  target.textContent = count > limit ? say("over", { over: count - limit }) : `${count} / ${limit}`;
}
