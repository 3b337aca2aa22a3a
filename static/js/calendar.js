// Moving posts in the calendar: drag, the dialog "Move to…" (key M), Alt + arrows, Undo. All end in one address on the
// server, which answers 200 with a sentence and the way back, or 422 with the form when it has a question or a reason.
import { closest } from "./dom.js";
import { contents, parsed } from "./markup.js";
import { showToast } from "./toast.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const HOURS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const dialog = document.querySelector("dialog#move");

const calendar = () => document.getElementById("calendar");
const entryOf = (node) => node.closest?.(".entry:has(.entry-move)");

async function ask(address, body) {
  const headers = { "X-Calendar": "1" };
  return fetch(address, { method: body ? "POST" : "GET", body, headers, credentials: "same-origin" });
}

async function refresh(post, { text, undo }) {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  const page = parsed(await answer.text());
  const fresh = page.getElementById("calendar");
  if (!fresh) return location.reload();
  calendar().replaceChildren(...fresh.childNodes);
  calendar().dataset.now = fresh.dataset.now;
  loaded = Date.now();
  prepare();
  if (drawer?.open) await loadDrafts();
  calendar().querySelector(`.entry[data-post="${CSS.escape(post)}"] .entry-link`)?.focus();
  showToast({ text, undo });
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

/** A post stands at its new place before the server answers. Returns what puts it back where the server refuses. */
function placed(entry, day, clock) {
  const cell = calendar().querySelector(`[data-day="${CSS.escape(day)}"]`);
  const place = cell?.querySelector(`[data-hour="${clock.slice(0, 2)}:00"]`) ?? cell;
  if (!place) return () => {};
  const { parentElement: list, nextSibling: next } = entry;
  let target = place.querySelector(":scope > .entries");
  const made = target ? null : document.createElement("ul");
  if (made) {
    made.className = "entries";
    place.append(made);
    target = made;
  }
  const put = (into, before) => {
    const isFocused = entry.contains(document.activeElement);
    into.insertBefore(entry, before);
    if (isFocused) entry.querySelector(".entry-link").focus();
  };
  put(target, null);
  entry.setAttribute("aria-busy", "true");
  return () => {
    put(list, next);
    made?.remove();
    entry.removeAttribute("aria-busy");
  };
}

// One after the other: two at once could be carried out in the wrong order.
let sending = Promise.resolve();
function send(...call) {
  sending = sending.then(() => sendNow(...call));
  return sending;
}

async function sendNow(address, body, post, putBack = () => {}) {
  try {
    const answer = await ask(address, body);
    if (answer.ok) {
      dialog.close();
      await refresh(post, await answer.json());
    } else if (answer.status === 422) {
      putBack();
      show(await answer.text());
    } else throw new Error(String(answer.status));
  } catch {
    putBack();
    showToast({ text: calendar().dataset.failed });
  }
}

function moveTo(entry, day, clock) {
  const body = new FormData();
  const at = clock ?? entry.querySelector("time").textContent;
  body.set("on", day);
  body.set("at", at);
  body.set("csrfmiddlewaretoken", document.querySelector('meta[name="csrf-token"]').content);
  return send(entry.querySelector(".entry-move").href, body, entry.dataset.post, placed(entry, day, at));
}

// Within its day: the hours before and after it belong to others.
function moveBy(entry, day, hours) {
  const [hour, minute] = entry.querySelector("time").textContent.split(":");
  const later = Number(hour) + hours;
  if (later >= 0 && later < 24) moveTo(entry, day, `${String(later).padStart(2, "0")}:${minute}`);
}

function shifted(day, days) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10);
}

// A draft without a time has its day from the drop, and its hour from the dialog.
function openFor(entry, day) {
  dialog.dataset.post = entry.dataset.post;
  return open(`${entry.querySelector(".entry-move").href}?date=${day}`);
}

document.addEventListener("click", (event) => {
  const opener = closest(event, "a.entry-move");
  if (opener) {
    event.preventDefault();
    dialog.dataset.post = entryOf(opener).dataset.post;
    open(opener.href);
  } else if (closest(event, "#move [data-close]")) {
    event.preventDefault();
    dialog.close();
  }
});

// Undo in the toast of a move: the form of another page would lead away.
const UNDO = "#toasts form[action*='/move/?on=']";
document.addEventListener("submit", (event) => {
  const form = closest(event, "form");
  if (form?.matches(UNDO)) {
    event.preventDefault();
    const [, post] = form.action.match(/\/(\d+)\/move\//);
    send(form.action, new FormData(form), post);
    form.closest(".toast").remove();
    return;
  }
  if (!form?.matches("#move [data-move-form]")) return;
  event.preventDefault();
  send(form.action, new FormData(form), dialog.dataset.post);
});

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !closest(event, "input, textarea")) {
    const undo = [...document.querySelectorAll(`${UNDO} button`)].at(-1);
    if (undo) event.preventDefault();
    undo?.click();
    return;
  }
  const entry = entryOf(event.target);
  if (!entry || event.ctrlKey || event.metaKey) return;
  if (event.key.toLowerCase() === "m" && !event.altKey) {
    event.preventDefault();
    entry.querySelector(".entry-move").click();
  } else if (event.altKey && event.key in STEPS) {
    event.preventDefault();
    const day = entry.closest("[data-day]")?.dataset.day;
    const hours = entry.closest(".week") && HOURS[event.key][0];
    if (hours) moveBy(entry, day, hours);
    else if (day) moveTo(entry, shifted(day, STEPS[event.key]));
  }
});

// Drafts without a time, read when they are wanted.
const drawer = document.querySelector("details[data-drafts]");
async function loadDrafts() {
  const answer = await ask(drawer.dataset.drafts);
  if (answer.ok) drawer.querySelector("[data-drafts-list]").replaceChildren(...contents(await answer.text()));
  prepare();
}
drawer?.addEventListener("toggle", () => drawer.open && loadDrafts());

// A drop on an hour of the week sets the hour, and keeps the minutes of a post that is already in it.
const target = (event) => dragged && (closest(event, "[data-hour]") ?? closest(event, "[data-day]"));
const mark = (over) => {
  for (const element of document.querySelectorAll(".day-over")) element.classList.toggle("day-over", element === over);
  over?.classList.add("day-over");
};

let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = entryOf(event.target);
  if (dragged) event.dataTransfer.effectAllowed = "move";
});
document.addEventListener("dragover", (event) => {
  const over = target(event);
  if (!over) return;
  event.preventDefault();
  mark(over);
});
document.addEventListener("drop", (event) => {
  const over = target(event);
  if (!over) return;
  event.preventDefault();
  if (dragged.closest("[data-hour], [data-day]") === over) return;
  const { day } = over.closest("[data-day]").dataset;
  if (over.dataset.hour || dragged.querySelector("time")) moveTo(dragged, day, over.dataset.hour);
  else openFor(dragged, day);
});
document.addEventListener("dragend", () => {
  dragged = null;
  mark(null);
});

// The "+" of the hours: the tab key stops at that of the day, the arrows go from hour to hour and from day to day.
document.addEventListener("keydown", (event) => {
  const from = closest(event, ".week .hour-new, .week .day-new");
  const step = HOURS[event.key];
  if (!from || !step || event.altKey || event.ctrlKey || event.metaKey) return;
  const days = [...document.querySelectorAll(".week-day")];
  const of = (day) => [...(day?.querySelectorAll(".day-new, .hour-new") ?? [])];
  const day = from.closest(".week-day");
  const hour = from.closest("[data-hour]")?.dataset.hour;
  const beside = of(days[days.indexOf(day) + step[1]]);
  const to = step[0]
    ? of(day)[of(day).indexOf(from) + step[0]]
    : beside.find((link) => link.closest("[data-hour]")?.dataset.hour === hour);
  event.preventDefault();
  to?.focus();
});

// The line of the present hour. The clock of the page is that of the server, in Belgrade, wherever the reader is.
let loaded = Date.now();
function showNow() {
  const now = new Date(`${calendar().dataset.now}Z`);
  now.setTime(now.getTime() + Date.now() - loaded);
  const [day, clock] = now.toISOString().split("T");
  document.querySelector(".hour-now")?.classList.remove("hour-now");
  const hour = document.querySelector(`.week [data-day="${day}"] [data-hour="${clock.slice(0, 2)}:00"]`);
  hour?.classList.add("hour-now");
  hour?.style.setProperty("--now", `${(now.getUTCMinutes() / 60) * 100}%`);
}

function prepare() {
  for (const move of document.querySelectorAll(".entry-move")) move.closest(".entry").draggable = true;
  for (const hour of document.querySelectorAll(".hour-new")) hour.tabIndex = -1;
  showNow();
}
prepare();
setInterval(showNow, 60_000);
