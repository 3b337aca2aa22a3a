// The doors of the library. What is behind them comes when one is first opened, so that the composer itself stays small.

export function startLibrary(form, changed) {
  on(form.querySelector("[data-insert]"), (button, { openInsert }) => openInsert(form, button, changed));
  on(form.querySelector("[data-pick-library]"), (button, { openPicker }) => openPicker(form, button, changed));
  form.querySelector("[data-pick-emoji]").addEventListener("click", async () => {
    const { openEmoji } = await import("./emoji.js");
    openEmoji(form, textArea(form));
  });
  form.querySelector("[data-begin-part]").addEventListener("click", async () => {
    const { beginPart } = await import("./thread.js");
    beginPart(textArea(form));
  });
  form.querySelector("[data-examples]")?.addEventListener("click", async (event) => {
    // a link: who asks for another tab or window gets the whole page there
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const link = event.currentTarget;
    const { openExamples } = await import("./examples.js");
    openExamples(form, link);
  });
}

function on(button, open) {
  button?.addEventListener("click", async () => open(button, await import("./library_dialogs.js")));
}

const textArea = (form) => form.querySelector(".script-panel:not([hidden]) textarea");
