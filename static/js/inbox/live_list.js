// The list while it is open: what has come is announced above it and shown on a click; rows on the page are kept up to date where
// they are. Ticks, the focus and what somebody types stay, and nothing moves below the pointer.
import { contents } from "../markup.js";
import { follow } from "./live.js";

const place = document.querySelector("[data-live]");
const list = document.querySelector("[data-rows]");
// More are not asked about; the page is loaded again then.
const MOST_ROWS = 270;
let version = "";
/** @type {Element[]} */
let fresh = [];

const rowsOf = (root) => [...(root?.querySelectorAll("li[data-message]") ?? [])];
const idOf = (row) => row.dataset.message;

async function check() {
  const url = new URL(place.dataset.changes, location.href);
  url.searchParams.set("since", place.dataset.since);
  url.searchParams.set("shown", rowsOf(list).map(idOf).join(","));
  const headers = { "X-Fragment": "1", ...(version && { "If-None-Match": version }) };
  const answer = await fetch(url, { redirect: "manual", cache: "no-store", headers });
  if (answer.status === 304) return true;
  if (!answer.ok) return false;
  const page = document.createElement("div");
  page.append(...contents(await answer.text()));
  version = answer.headers.get("ETag") ?? "";
  steadily(() => rowsOf(page.querySelector("[data-shown]")).forEach(renew));
  announce(page);
  count(page);
  return true;
}

/** What lies under the pointer, or has the focus, stays where it is when rows above it become higher. */
function steadily(change) {
  const anchor = list?.querySelector("li:hover") ?? document.activeElement?.closest("[data-rows] > li");
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (anchor) scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: "instant" });
}

const parts = (row) => [...row.children].filter((child) => !child.matches(".inbox-tick"));
const reads = (row) => [row.className, ...parts(row).map((part) => part.textContent.replace(/\s+/g, " "))].join("|");

/** The row as it is now, except for its tick. One in whose buttons somebody is with the keyboard waits for the next time. */
function renew(now) {
  const row = list?.querySelector(`li[data-message="${idOf(now)}"]`);
  if (!row || reads(row) === reads(now)) return;
  const focused = row.querySelector(":scope > :not(.inbox-tick) :focus");
  if (focused && !focused.matches(".list-link")) return;
  row.style.minHeight = `${row.offsetHeight}px`; // at the top of a page nothing could be scrolled to make up for it
  row.className = now.className;
  for (const part of parts(row)) part.remove();
  row.append(...parts(now));
  if (focused) row.querySelector(".list-link").focus({ preventScroll: true });
}

function announce(page) {
  fresh = rowsOf(page.querySelector("[data-new]"));
  const button = page.querySelector("[data-show]");
  const shown = place.querySelector("[data-show]");
  if (!button) return place.replaceChildren();
  // A reader is told only when the number is another, and the button keeps the focus.
  if (!shown) place.append(button);
  else if (shown.textContent.trim() !== button.textContent.trim()) shown.replaceChildren(...button.childNodes);
}

/** Counts of the views, and in the navigation how many are open. */
function count(page) {
  const put = (link, counter) => {
    link.querySelector(".counter")?.remove();
    if (counter) link.append(counter);
  };
  for (const view of page.querySelectorAll(".segments a")) {
    const link = document.querySelector(`main .segments a[href="${CSS.escape(view.getAttribute("href"))}"]`);
    if (link) put(link, view.querySelector(".counter"));
  }
  const waiting = page.querySelector("[data-waiting] .counter");
  const inbox = new URL(place.dataset.changes, location.href).pathname.replace(/changes\/$/, "");
  for (const link of document.querySelectorAll(`:is(.rail, .bottombar) a[href="${CSS.escape(inbox)}"]`)) {
    put(link, waiting?.cloneNode(true));
  }
}

place.addEventListener("click", (event) => {
  if (!(event.target instanceof Element && event.target.closest("[data-show]"))) return;
  // An empty page has no list.
  if (!list || rowsOf(list).length + fresh.length > MOST_ROWS) return location.reload();
  const known = new Set(rowsOf(list).map(idOf));
  list.prepend(...fresh.filter((row) => !known.has(idOf(row))));
  place.replaceChildren();
  rowsOf(list)[0]?.querySelector(".list-link")?.focus();
  list.dispatchEvent(new CustomEvent("rows"));
  fresh = [];
  // There may be more than were shown at once.
  version = "";
  check().catch(() => {});
});

if (place) follow(place.dataset.live, check);
