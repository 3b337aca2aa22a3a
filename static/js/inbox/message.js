// A message by keyboard. What a key does stands in the page: `data-key="q"` on a link or button is pressed, on an option chosen and
// saved, on a field or on the summary of something folded gets the focus. Escape leaves a field, so that the keys work again.
import { closest } from "../dom.js";
import { startShortcuts } from "../shortcuts.js";

// A private conversation is read from its end.
const bubbles = document.querySelector("[data-conversation]");
if (bubbles) bubbles.scrollTop = bubbles.scrollHeight;

function choose(option) {
  const select = option.closest("select");
  if (select.value === option.value) return;
  select.value = option.value;
  select.form.requestSubmit();
}

function unfold(summary) {
  summary.parentElement.open = true;
  summary.parentElement.querySelector("button, input:not([type=hidden]), select, textarea")?.focus();
}

function act(element) {
  const folded = element.closest("details:not([open])");
  if (folded && !element.matches("summary")) folded.open = true;
  if (element.matches("option")) choose(element);
  else if (element.matches("summary")) unfold(element);
  else if (element.matches("textarea, select, input")) {
    element.focus();
    element.scrollIntoView({ block: "nearest" });
  } else element.click();
}

const acts = {};
for (const key of "jkbqcpresuanzwdmtlig") {
  acts[key] = () => {
    const element = document.querySelector(`[data-key="${key}"]`) ?? (key === "a" ? document.getElementById("answer-text") : null);
    if (!element) return false;
    act(element);
  };
}
startShortcuts("inbox-keys", acts);

// In the answer Ctrl+Enter sends it, and goes on to the next message where the page offers that.
const answer = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("answer-text"));
answer?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || event.defaultPrevented) return;
  event.preventDefault();
  const { form } = answer;
  form.requestSubmit(form.querySelector('.form-actions button[name="go"]') ?? form.querySelector(".form-actions button"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const field = closest(event, "input, textarea, select");
  if (field?.matches("main *")) field.blur();
});
