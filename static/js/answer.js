// The answer below a message: its length as the network counts, what a click inserts, keeping what is typed, and who else
// is writing. Without scripts the buttons send the form and the page comes back filled.
import { closest } from "./dom.js";
import { parsed } from "./markup.js";
import { count, isReady, makeReady } from "./text/counting.js";

const PAUSE = 1500;
const EVERY = 15_000;

const form = document.querySelector("form#answer-form");
const field = form?.elements.text;
const length = document.getElementById("answer-length");
const writers = document.querySelector("[data-writers]");

function measure() {
  const { counting, limit, opening, url } = length.dataset;
  // Until then the server's count stands.
  if (!isReady(counting)) return void makeReady(counting).then(measure, () => {});
  const found = count(opening + field.value, { counting, urlLength: Number(url) });
  const most = Number(limit), shown = length.querySelector(".letters");
  shown.classList.toggle("letters-over", found > most);
  shown.classList.toggle("letters-close", found <= most && found > most * 0.9);
  shown.textContent = `${found} / ${most}`;
}

/** Placeholders without a value, as inbox/saved_answer_text.py finds them: an answer is not sent with one. */
function showGaps() {
  const gaps = new Set(Array.from(field.value.matchAll(/\{\{\s*([^{}\n]{1,60}?)\s*\}\}/g), ([, name]) => name));
  const warning = document.getElementById("answer-gaps");
  warning.querySelector("[data-gaps]").textContent = [...gaps].join(", ");
  warning.hidden = !gaps.size;
  if (gaps.size) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

// ---- inserting in place

async function insert(button) {
  const data = new FormData(form, button);
  try {
    const answer = await fetch(button.formAction, { method: "POST", body: data, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const { text, used } = await answer.json();
    if (!text) return button.value === "saved" ? form.elements.saved.focus() : undefined;
    put(text, button.value === "convert");
    if (used) form.elements.used.value = [form.elements.used.value, used].filter(Boolean).join(",");
  } catch {
    // The page does the same by itself, and says what is wrong.
    button.removeAttribute("data-fill");
    button.click();
  }
}

/** What was typed stays: the words go to where one was writing, with a space where words would touch. */
function put(text, isWhole) {
  field.focus();
  const [from, to] = isWhole ? [0, field.value.length] : [field.selectionStart, field.selectionEnd];
  const before = !isWhole && /\S$/.test(field.value.slice(0, from)) ? " " : "";
  const after = !isWhole && /^\S/.test(field.value.slice(to)) ? " " : "";
  field.setRangeText(before + text + after, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// ---- keeping, and seeing each other

let clock, kept = field?.value;

async function keep() {
  clearTimeout(clock);
  if (field.value === kept || form.dataset.sent) return;
  const words = field.value, data = new FormData(form);
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body: data, keepalive: true, redirect: "error" });
    if (answer.ok) kept = words;
  } catch {
    // Offline: the words stand in the field, and the next letter tries again.
  }
}

async function look() {
  if (document.hidden || !navigator.onLine) return;
  try {
    const answer = await fetch(writers.dataset.writers, { redirect: "error" });
    if (!answer.ok) return;
    const fresh = parsed(await answer.text()).body;
    // A reader is told only when somebody comes or goes.
    if (fresh.textContent.trim() !== writers.textContent.trim()) writers.replaceChildren(...fresh.childNodes);
  } catch {
    // The next look tries again.
  }
}

if (form) {
  field.addEventListener("input", () => {
    measure();
    showGaps();
    clearTimeout(clock);
    clock = setTimeout(keep, PAUSE);
  });
  form.addEventListener("submit", () => clearTimeout(clock));
  form.addEventListener("click", (event) => {
    const button = closest(event, "[data-fill]");
    if (!button) return;
    event.preventDefault();
    insert(button);
  });
  addEventListener("pagehide", keep);
  setInterval(look, EVERY);
}
