// The service worker and what waits on this device, for people who are signed in. Browsers have service workers over HTTPS
// and on this machine only. What is needed without a connection comes when it is needed: offline/indicator.js.
import { closest } from "./dom.js";
import { person } from "./person.js";

const WORKER = "/service-worker.js";
const PAGES = "dobosar-pages-";
// An empty composer need not be of today; what is planned should be.
const DAY = 24 * 3600;
const QUARTER = 15 * 60;

// Browsers hold the page to this (`trusted-types` in its policy): no other address ever becomes a worker.
const policy = globalThis.trustedTypes?.createPolicy("service-worker", {
  createScriptURL: (url) => {
    if (url !== WORKER) throw new TypeError(url);
    return url;
  },
});

/** Registers once the page has everything that it needs itself, and says which pages are to be kept. */
async function register() {
  try {
    await navigator.serviceWorker.register(policy ? policy.createScriptURL(WORKER) : WORKER);
    const { active } = await navigator.serviceWorker.ready;
    const { new: empty, today } = /** @type {HTMLElement} */ (document.querySelector("meta[name=person]")).dataset;
    const keep = (pages, seconds) => active.postMessage({ type: "keep", person, pages, seconds });
    keep(["/offline/", ...(empty ? [empty] : [])], DAY);
    if (today) keep([today], QUARTER);
  } catch {
    // Forbidden by the browser's settings, or no connection: the portal works without.
  }
}

/** Pages that were kept for somebody else go, also where nobody is signed in any more. */
async function removePagesOfOthers() {
  try {
    for (const name of await caches.keys()) {
      if (name.startsWith(PAGES) && name !== PAGES + person) await caches.delete(name);
    }
  } catch {
    // Without a cache there is nothing to remove.
  }
}

/** Whether this browser keeps drafts, of whomever (offline/kept_drafts.js). */
function hasDrafts() {
  try {
    return Object.keys(localStorage).some((name) => name.startsWith("dobosar:post:"));
  } catch {
    return false;
  }
}

const showState = () => import("./offline/indicator.js").catch(() => {});

if ("caches" in window) removePagesOfOthers();
if (person) {
  if ("serviceWorker" in navigator) {
    if (document.readyState === "complete") register();
    else addEventListener("load", register, { once: true });
  }
  if (hasDrafts() || !navigator.onLine) showState();
  window.addEventListener("offline", showState, { once: true });
  document.addEventListener("draft:unsent", showState, { once: true });
} else if (hasDrafts()) import("./offline/all_drafts.js").then(({ forgetSettled }) => forgetSettled());

// data-sign-out: what waits is sent first, and nobody signs out of unsent words without being asked.
document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement | null} */ (closest(event, "form[data-sign-out]"));
  if (!person || !form || form.dataset.asked) return;
  event.preventDefault();
  (await import("./offline/sign_out.js")).signOut(form);
});

// Without a connection there is no page that takes a picture: the composer is kept on the device, and takes one too.
document.addEventListener("click", (event) => {
  const link = closest(event, "a[data-without-connection]");
  if (!link || navigator.onLine) return;
  event.preventDefault();
  location.assign(link.dataset.withoutConnection);
});
