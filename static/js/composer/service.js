// A text of the catalogue of eServices goes into the post with its call to action, link and deadline. Nothing that
// somebody wrote is thrown away: a text that is there already stays on top.
import { put as typed } from "../dates.js";
import { showToast } from "../toast.js";

const put = (field, value) => {
  if (field && value) typed(field, value);
};

export function startFromService(form, button) {
  const { text, latin, kind, words, latinWords, link, deadline, category } = button.dataset;
  // The script in which this house writes is the first tab.
  const area = form.querySelector("textarea[name^='text-sr-']");
  const isLatin = area.name === "text-sr-Latn";
  const own = area.value.trim();
  const ours = isLatin ? latin : text;
  put(area, own.includes(ours) ? own : [own, ours].filter(Boolean).join("\n\n"));
  put(form.elements["call-kind"], kind);
  put(form.elements["call-words"], isLatin ? latinWords : words);
  if (!form.elements["call-deadline"]?.value) put(form.elements["call-deadline"], deadline);
  if (!form.elements.link.value) put(form.elements.link, link);
  put(form.elements.category, category);
  form.querySelector(`#tab-${CSS.escape(area.name.slice(5))}`)?.click();
  area.focus();
  showToast({ text: button.dataset.done });
}
