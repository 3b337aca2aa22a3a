// The campaign that a post belongs to: the choice, and what becomes of it. `postOf` gives the number of the form's post.
import { contents } from "../markup.js";
import { csrf } from "./words.js";

export async function showCampaigns(form, place, postOf) {
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
    if (postOf(form)) assign(form, place, event.target, postOf);
    // A new post has no place yet; its first save gives it one.
    else whenPlaced(form, postOf, () => assign(form, place, event.target, postOf));
  });
}

async function assign(form, place, select, postOf) {
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

function whenPlaced(form, postOf, then) {
  const watch = new MutationObserver(() => {
    if (!postOf(form)) return;
    watch.disconnect();
    then();
  });
  watch.observe(form, { attributeFilter: ["action"] });
}
