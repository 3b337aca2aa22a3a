// The doors of the library. What is behind them comes when one is first opened, so that the composer itself stays small.

export function startLibrary(form, changed) {
  on(form.querySelector("[data-insert]"), (button, { openInsert }) => openInsert(form, button, changed));
  on(form.querySelector("[data-pick-library]"), (button, { openPicker }) => openPicker(form, button, changed));
}

function on(button, open) {
  button?.addEventListener("click", async () => open(button, await import("./library_dialogs.js")));
}
