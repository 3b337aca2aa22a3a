// A field is marked as long as an error stands at it. The list above the form leads to the fields, also to folded ones.
import { closest } from "../dom.js";
import { reveal } from "./reveal.js";

export function startErrors(form) {
  const page = form.closest("main");
  page.addEventListener("click", (event) => {
    const link = closest(event, "#problem a, .acts-note a");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    reveal(form, field);
  });
  // An address that names a part of the form opens it there.
  const named = document.getElementById(location.hash.slice(1));
  if (named && form.contains(named)) {
    reveal(form, named);
    named.closest("section, details")?.scrollIntoView({ block: "start" });
  }
  const settings = form.querySelector("details.settings");
  let demanded = count(settings);
  form.addEventListener("composer:fragments", () => {
    mark(form);
    const now = count(settings);
    // Whoever chooses a network that demands a choice sees the demand; whoever folds it away again is not disturbed.
    if (now > demanded) settings.open = true;
    demanded = now;
  });
}

/** How many settings of the chosen networks have an error. */
function count(settings) {
  return settings ? settings.querySelectorAll('[aria-invalid="true"]').length : 0;
}

/** After the server's answer: which fields have an error now. */
function mark(form) {
  const invalid = new Set();
  for (const place of form.querySelectorAll("[data-errors-of]")) {
    for (const error of place.querySelectorAll(".finding-error")) {
      const { of, language } = error.dataset;
      const named = Number(of) ? `alt-${of}` : language ? `text-${language}` : "";
      for (const control of named ? [named] : place.dataset.errorsOf.split(" ")) invalid.add(control);
    }
  }
  for (const field of form.elements) {
    if (!field.id || field.type === "hidden") continue;
    if (invalid.has(field.id)) field.setAttribute("aria-invalid", "true");
    else if (field.ariaInvalid) field.removeAttribute("aria-invalid");
  }
}
