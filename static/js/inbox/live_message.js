// An open message: what others do in its conversation is announced below it, and shown on a click. Where something is typed the
// fields stay as they are, and only the conversation is renewed.
import { contents, parsed } from "../markup.js";
import { follow } from "./live.js";

const place = document.querySelector("[data-live]");

async function check() {
  const url = new URL(place.dataset.changes, location.href);
  url.searchParams.set("known", place.dataset.known);
  const answer = await fetch(url, { redirect: "manual", cache: "no-store", headers: { "X-Fragment": "1" } });
  if (answer.status === 204) {
    place.replaceChildren(); // somebody took it back
    return true;
  }
  if (!answer.ok) return false;
  const page = document.createElement("div");
  page.append(...contents(await answer.text()));
  const shown = place.querySelector("p"), now = page.querySelector("p");
  if (!shown) place.replaceChildren(...page.children);
  else if (shown.textContent !== now.textContent) shown.textContent = now.textContent;
  return true;
}

const isTyped = (field) =>
  field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && ["text", "search"].includes(field.type))
    ? field.value !== field.defaultValue
    : false;

async function show() {
  if (![...document.querySelectorAll("main textarea, main input")].some(isTyped)) return location.reload();
  const answer = await fetch(location.href, { redirect: "manual", cache: "no-store" });
  if (!answer.ok) return;
  const page = parsed(await answer.text());
  document.querySelector("[data-thread]").replaceWith(page.querySelector("[data-thread]"));
  // What is on the page now has been seen: the answer may be sent.
  const after = /** @type {HTMLInputElement | null} */ (document.querySelector("#answer-form [name=after]"));
  const seen = page.querySelector("#answer-form [name=after]");
  if (after && seen) after.value = seen.getAttribute("value");
  place.dataset.known = page.querySelector("[data-live]").dataset.known;
  place.replaceChildren();
}

place?.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-show]")) show().catch(() => location.reload());
});

if (place) follow(place.dataset.live, check);
