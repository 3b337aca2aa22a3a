// The composer. Without scripts it is an ordinary form; here the same fields are saved and previewed while one types.
import { closest } from "../dom.js";
import { startCall } from "./call.js";
import { startErrors } from "./errors.js";
import { startExtras } from "./extras.js";
import { startInteractive } from "./interactive.js";
import { startLibrary } from "./library.js";
import { startPictures } from "./pictures.js";
import { startPlanning } from "./planning.js";
import { startPreview } from "./preview.js";
import { startSaving } from "./saving.js";
import { startTabs } from "./tabs.js";
import { startTime } from "./time.js";

const form = document.getElementById("composer");

if (form) start(form);

async function start(form) {
  // Without a connection, and for a draft that has no page of its own yet; otherwise nothing is waited for.
  const isKept = "keptAt" in document.documentElement.dataset || location.search.includes("draft=");
  const isSettled = isKept ? (await import("./adopt.js")).adopt(form) : false;
  form.classList.add("has-script");
  const saving = startSaving(form);
  if (isSettled) saving.accept();
  const changed = () => {
    saving.changed();
    preview.changed();
  };
  const call = startCall(form, changed);
  const preview = startPreview(form, laterCoach(form, call, changed));
  startTabs(form, changed);
  startPictures(form, changed);
  startLibrary(form, changed);
  startTime(form, changed);
  startInteractive(form);
  startPlanning(form);
  startErrors(form);
  startExtras(form);
  startSheet(form);
  startPhone(form);
  preview.update();
  saving.showPictures();
  if (saving.isDirty) changed();
  form.addEventListener("input", changed);
  form.addEventListener("input", async ({ target: field }) => {
    if (field instanceof HTMLTextAreaElement && /^(text|own)-/.test(field.name) && "/@".includes(field.value[field.selectionStart - 1] ?? " ")) {
      (await import("./suggest.js")).suggest(form, field);
    }
  });
  form.addEventListener("click", async (event) => {
    const button = closest(event, "[data-service-start]");
    if (button) (await import("./service.js")).startFromService(form, button);
  });
  form.addEventListener("change", (event) => {
    const box = closest(event, "input");
    if (box?.name === "channels") {
      for (const own of form.querySelectorAll(`[data-own="${box.value}"]`)) own.hidden = !box.checked;
      for (const place of form.querySelectorAll("[data-needed-by]")) place.hidden = !isNeeded(form, place);
    }
    changed();
  });
}

/** The coach and the offers about words come with the first words: of an empty page they have nothing to say. Until then
 * the server's list stands. */
function laterCoach(form, call, changed) {
  let coach, coming, known;
  const card = document.getElementById("coach");
  const come = () => {
    coming ??= Promise.all([import("./coach.js"), import("./words_offer.js")]).then(([{ startCoach }, { startWords }]) => {
      coach = startCoach(form, call);
      coach.update(known);
      startWords(form, changed);
    });
    // Without a connection it is asked for again at a later letter.
    coming.catch(() => (coming = undefined));
  };
  return {
    update(facts) {
      known = facts;
      if (coach) return coach.update(facts);
      if (!facts.texts.some(({ text }) => text.trim())) card.dataset.quiet = "";
      else come();
    },
    received(part) {
      if (coach) coach.received(part);
      else document.getElementById("coach-points").replaceWith(part);
    },
    waits: () => Boolean(coach?.waits()),
  };
}

/** The previews of a narrow screen; what opens them comes when somebody asks for it. */
function startSheet(form) {
  form.querySelector("[data-open-previews]").addEventListener("click", async ({ currentTarget }) => {
    const { openSheet } = await import("./sheet.js");
    openSheet(form, currentTarget);
  });
}

/** A telephone: the text gets the whole screen while it is written. */
function startPhone(form) {
  const phone = matchMedia("(max-width: 600px) and (pointer: coarse)");
  // A tap and not the focus: a page that opens with the focus in its text shows the rest as well.
  form.querySelector(".composer-text").addEventListener("click", async ({ target: field }) => {
    if (!phone.matches || !(field instanceof HTMLTextAreaElement && field.classList.contains("composer-area"))) return;
    (await import("./writing.js")).startWriting(form, field);
  });
  form.querySelector("[data-to-files]").addEventListener("click", () => form.querySelector("input#files").click());
  form.querySelector("[data-to-link]").addEventListener("click", () => {
    form.querySelector("details#call").open = true;
    form.elements.link.focus();
  });
}

/** A field that only some networks have is there while one of them is chosen, or something stands in it. */
function isNeeded(form, place) {
  const chosen = new FormData(form).getAll("channels");
  return place.dataset.neededBy.split(" ").some((each) => chosen.includes(each)) || Boolean(place.querySelector("input, textarea").value.trim());
}
