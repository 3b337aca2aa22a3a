/** Asks in our own dialog; resolves to whether the answer was yes. `asker` may bring words for that button. */
export function confirmed(question, asker) {
  const dialog = document.querySelector("dialog#confirm");
  dialog.querySelector("[data-text]").textContent = question;
  const yes = dialog.querySelector("[data-yes]");
  yes.dataset.word ??= yes.textContent;
  yes.textContent = asker?.dataset?.confirmYes || yes.dataset.word;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}
