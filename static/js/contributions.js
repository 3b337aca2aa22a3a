// The decision about a contribution: reasons given before are put into the form.

const reason = document.querySelector("textarea[name=reason]");
const where = document.querySelector("[name=where_to]");

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-reason]") : null;
  if (!(button instanceof HTMLButtonElement) || !(reason instanceof HTMLTextAreaElement)) return;
  reason.value = button.dataset.reason ?? "";
  if (where instanceof HTMLInputElement) where.value = button.dataset.where ?? "";
  const choice = document.querySelector(`input[name=decision][value="${button.dataset.decision}"]`);
  if (choice instanceof HTMLInputElement) choice.checked = true;
  reason.focus();
});
