// The next free time of the chosen channels, and the campaign a post belongs to. Both are kept by the pages of planning;
// the composer only asks them.
import { isoClock, isoDay, put } from "../dates.js";
import { contents } from "../markup.js";
import { csrf } from "./words.js";

export function startPlanning(form) {
  startSlots(form);
  startCampaign(form);
}

function startSlots(form) {
  const button = form.querySelector("[data-next-slot]");
  if (!button) return;
  const says = form.querySelector("[data-next-slot-says]");
  const date = form.elements.date;
  const time = form.elements.time;

  button.addEventListener("click", async () => {
    const asked = new URLSearchParams();
    for (const each of form.querySelectorAll("[name=channels]:checked")) asked.append("channels", each.value);
    asked.set("post", postOf(form));
    // Pressed again, it goes on to the time after the one that stands there.
    const [day, clock] = [isoDay(date.value), isoClock(time.value)];
    if (day && clock) asked.set("after", `${day}T${clock}`);
    button.disabled = true;
    try {
      const answer = await fetch(`${button.dataset.nextSlot}?${asked}`, { redirect: "manual" });
      if (!answer.ok) return;
      const found = await answer.json();
      says.textContent = found.sentence;
      if (!found.date) return;
      time.value = found.time;
      put(date, found.date);
    } catch {
      // Saving tells about a lost connection.
    } finally {
      button.disabled = false;
      button.focus();
    }
  });
}

/** The choice comes when the part of the form is opened that it stands in. */
function startCampaign(form) {
  const place = form.querySelector("[data-campaigns]");
  const part = place?.closest("details");
  if (!part) return;
  if (part.open) showCampaigns(form, place);
  else part.addEventListener("toggle", () => showCampaigns(form, place), { once: true });
}

async function showCampaigns(form, place) {
  try {
    const answer = await fetch(`${place.dataset.campaigns}?post=${postOf(form)}`, { redirect: "manual" });
    if (!answer.ok) return;
    place.replaceChildren(...contents(await answer.text()));
  } catch {
    return;
  }
  // It is saved by itself, not with the draft: two people may write and sort at once.
  place.addEventListener("input", (event) => event.stopPropagation());
  place.addEventListener("change", (event) => {
    event.stopPropagation();
    if (postOf(form)) assign(form, place, event.target);
    // A new post has no place yet; its first save gives it one.
    else whenPlaced(form, () => assign(form, place, event.target));
  });
}

async function assign(form, place, select) {
  const body = new FormData();
  body.set("post", postOf(form));
  body.set("campaign", select.value);
  body.set("csrfmiddlewaretoken", csrf(form));
  try {
    const answer = await fetch(place.dataset.assign, { method: "POST", body, redirect: "manual", headers: { "X-Autosave": "1" } });
    select.setAttribute("aria-invalid", String(!answer.ok));
  } catch {
    select.setAttribute("aria-invalid", "true");
  }
}

function whenPlaced(form, then) {
  const watch = new MutationObserver(() => {
    if (!postOf(form)) return;
    watch.disconnect();
    then();
  });
  watch.observe(form, { attributeFilter: ["action"] });
}

/** The number of the post, empty until its first save. */
function postOf(form) {
  return form.action.match(/\/posts\/(\d+)\//)?.[1] ?? "";
}
