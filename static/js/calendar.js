// Moving posts in the calendar: drag, the dialog "Move to…" (key M), Alt + arrows. All end in one address on the server,
// which answers 204 when it moved and 422 with the dialog's form when it has a question or a reason against it.
import { closest } from "./dom.js";
import { contents, parsed } from "./markup.js";
import { showToast } from "./toast.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const dialog = document.querySelector("dialog#move");

const calendar = () => document.getElementById("calendar");
const entryOf = (node) => node.closest?.(".entry[draggable]");

async function ask(address, body) {
  const headers = { "X-Calendar": "1" };
  return fetch(address, { method: body ? "POST" : "GET", body, headers, credentials: "same-origin" });
}

async function refresh(post) {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  const page = parsed(await answer.text());
  const fresh = page.getElementById("calendar");
  if (!fresh) return location.reload();
  calendar().replaceChildren(...fresh.childNodes);
  calendar().querySelector(`.entry[data-post="${CSS.escape(post)}"] .entry-link`)?.focus();
  showToast({ text: calendar().dataset.moved });
}

function show(html) {
  dialog.replaceChildren(...contents(html));
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector("[aria-invalid=true]") ?? dialog.querySelector("input[name=on]"))?.focus();
}

async function open(address) {
  const answer = await ask(address);
  if (answer.ok) show(await answer.text());
  else location.assign(address);
}

async function send(address, body, post) {
  try {
    const answer = await ask(address, body);
    if (answer.status === 204) {
      dialog.close();
      await refresh(post);
    } else if (answer.status === 422) show(await answer.text());
    else throw new Error(String(answer.status));
  } catch {
    showToast({ text: calendar().dataset.failed });
  }
}

function moveTo(entry, day) {
  const body = new FormData();
  body.set("on", day);
  body.set("at", entry.querySelector(".entry-time").textContent);
  body.set("csrfmiddlewaretoken", document.querySelector('meta[name="csrf-token"]').content);
  return send(entry.querySelector("[data-open-move]").href, body, entry.dataset.post);
}

function shifted(day, days) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10);
}

document.addEventListener("click", (event) => {
  const opener = closest(event, "a[data-open-move]");
  if (opener) {
    event.preventDefault();
    dialog.dataset.post = entryOf(opener).dataset.post;
    open(opener.href);
  } else if (closest(event, "#move [data-close]")) {
    event.preventDefault();
    dialog.close();
  }
});

document.addEventListener("submit", (event) => {
  const form = closest(event, "form");
  if (!form?.matches("#move [data-move-form]")) return;
  event.preventDefault();
  send(form.action, new FormData(form), dialog.dataset.post);
});

document.addEventListener("keydown", (event) => {
  const entry = entryOf(event.target);
  if (!entry || event.ctrlKey || event.metaKey) return;
  if (event.key.toLowerCase() === "m" && !event.altKey) {
    event.preventDefault();
    entry.querySelector("[data-open-move]").click();
  } else if (event.altKey && event.key in STEPS) {
    event.preventDefault();
    const day = entry.closest("[data-day]")?.dataset.day;
    if (day) moveTo(entry, shifted(day, STEPS[event.key]));
  }
});

let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = entryOf(event.target);
  if (dragged) event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragover", (event) => {
  const day = dragged && closest(event, "[data-day]");
  if (!day) return;
  event.preventDefault();
  for (const each of document.querySelectorAll(".day-over")) if (each !== day) each.classList.remove("day-over");
  day.classList.add("day-over");
});
document.addEventListener("drop", (event) => {
  const day = dragged && closest(event, "[data-day]");
  if (!day) return;
  event.preventDefault();
  if (dragged.closest("[data-day]") !== day) moveTo(dragged, day.dataset.day);
});
document.addEventListener("dragend", () => {
  dragged = null;
  for (const each of document.querySelectorAll(".day-over")) each.classList.remove("day-over");
});
