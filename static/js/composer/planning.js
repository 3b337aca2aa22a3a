// The next free time of the chosen channels, and the campaign a post belongs to. Both are kept by the pages of planning;
// the composer only asks them.
import { isoClock, isoDay, put } from "../dates.js";

export function startPlanning(form) {
  startSlots(form);
  startCampaign(form);
  // The button in the menu saves the draft and goes on to the days.
  form.querySelector("[data-repeat]")?.addEventListener("click", () => form.querySelector("button[value=repeat]").click());
}

function startSlots(form) {
  const option = form.querySelector("[data-next-slot]");
  if (!option) return;
  const when = form.elements.when;
  const says = form.querySelector("[data-next-slot-says]");
  const date = form.elements.date;
  const time = form.elements.time;

  option.hidden = false;
  when.addEventListener("input", async () => {
    if (when.value !== option.value) return;
    when.value = "time";
    const asked = new URLSearchParams();
    for (const each of form.querySelectorAll("[name=channels]:checked")) asked.append("channels", each.value);
    asked.set("post", postOf(form));
    // Chosen again, it goes on to the time after the one that stands there.
    const [day, clock] = [isoDay(date.value), isoClock(time.value)];
    if (day && clock) asked.set("after", `${day}T${clock}`);
    when.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${option.dataset.nextSlot}?${asked}`, { redirect: "manual" });
      if (!answer.ok) return;
      const found = await answer.json();
      says.textContent = found.sentence;
      if (!found.date) return;
      time.value = found.time;
      put(date, found.date);
    } catch {
      // Saving tells about a lost connection.
    } finally {
      when.removeAttribute("aria-busy");
    }
  });
}

/** The choice comes when the part of the form is opened that it stands in. */
function startCampaign(form) {
  const place = form.querySelector("[data-campaigns]");
  const part = place?.closest("details");
  if (!part) return;
  const show = async () => (await import("./campaign.js")).showCampaigns(form, place, postOf);
  if (part.open) show();
  else part.addEventListener("toggle", show, { once: true });
}

/** The number of the post, empty until its first save. */
function postOf(form) {
  return form.action.match(/\/posts\/(\d+)\//)?.[1] ?? "";
}
