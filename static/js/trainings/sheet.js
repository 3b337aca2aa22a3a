// The sheet of attendance: every mark is saved by itself, a moment after it was made; arrow keys go from cell to cell.
// Without this script the form's button saves what was changed.

import { closest } from "../dom.js";

const form = document.querySelector("form[data-sheet]");
const state = form.querySelector("[data-state]");
const boxes = [...form.querySelectorAll("input[name=is]")];
const WAIT = 500;
const AGAIN = 5000;
let waiting = new Map(); // value of a cell → whether it is checked; what has not been stored yet
let clock = 0;
let sending = false;

form.querySelector("[data-save]").hidden = true;
form.querySelector("[data-hint]").hidden = false;

function say(words, isProblem = false) {
  state.textContent = words;
  state.classList.toggle("sheet-problem", isProblem);
}

function body(changes) {
  const found = new FormData();
  for (const [value, isChecked] of changes) found.append(isChecked ? "is" : "was", value);
  return found;
}

// What the server knows, so that the button "Everybody" sends nothing that somebody else has changed meanwhile.
function settle(changes) {
  for (const [value, isChecked] of changes) {
    const known = form.querySelector(`input[name=was][value="${value}"]`);
    if (isChecked && !known) {
      const input = Object.assign(document.createElement("input"), { type: "hidden", name: "was", value });
      form.querySelector(`input[name=is][value="${value}"]`).closest("td").append(input);
    } else if (!isChecked) known?.remove();
  }
}

async function send() {
  clearTimeout(clock);
  if (sending || !waiting.size) return;
  const changes = waiting;
  waiting = new Map();
  sending = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: body(changes),
      headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    });
    const told = await answer.json();
    if (!answer.ok) {
      say(told.problem ?? form.dataset.lost, true);
      return;
    }
    settle(changes);
    for (const [person, share] of Object.entries(told.shares))
      form.querySelector(`[data-share="${person}"]`).textContent = share;
    if (!waiting.size) say(form.dataset.saved);
  } catch {
    // no network: what was marked meanwhile counts more than what was tried
    waiting = new Map([...changes, ...waiting]);
    say(form.dataset.lost, true);
    clock = setTimeout(send, AGAIN);
  } finally {
    sending = false;
    if (waiting.size && !state.classList.contains("sheet-problem")) send();
  }
}

form.addEventListener("change", (event) => {
  const box = closest(event, "input[name=is]");
  if (!box) return;
  waiting.set(box.value, box.checked);
  say(form.dataset.saving);
  clearTimeout(clock);
  clock = setTimeout(send, WAIT);
});
form.addEventListener("submit", () => waiting.clear()); // the form carries everything itself
window.addEventListener("online", send);
window.addEventListener("beforeunload", (event) => waiting.size && event.preventDefault());

const rows = [...form.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("input[name=is]")]);
const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

form.addEventListener("keydown", (event) => {
  const step = steps[event.key];
  const box = closest(event, "input[name=is]");
  if (!step || !boxes.includes(box)) return;
  const at = rows.findIndex((row) => row.includes(box));
  const next = rows[at + step[0]]?.[rows[at].indexOf(box) + step[1]];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
});
