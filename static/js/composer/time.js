// Day and time: a button that takes both out again. A correction of what is public has neither.

export function startTime(form, changed) {
  const clear = form.querySelector("[data-clear-time]");
  if (!clear) return;
  const { date, time } = form.elements;
  const update = () => (clear.hidden = !date.value && !time.value);
  update();
  for (const field of [date, time]) field.addEventListener("input", update);
  clear.addEventListener("click", () => {
    date.value = time.value = "";
    update();
    date.focus();
    changed();
  });
}
