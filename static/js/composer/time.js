// Day and time: shown in one form once they are typed. A correction of what is public has neither.
import { isoClock, isoDay, typedDay } from "../dates.js";

export function startTime(form, changed) {
  const deadline = form.elements["call-deadline"];
  form.addEventListener("focusout", ({ target }) => {
    if (target === deadline || target === form.elements.date) settle(target, typedDay(isoDay(target.value)), changed);
    else if (target === form.elements.time) settle(target, isoClock(target.value), changed);
  });
}

/** What cannot be read stays as it was typed, with the error beside it. */
function settle(field, value, changed) {
  if (!value || field.value === value) return;
  field.value = value;
  changed();
}
