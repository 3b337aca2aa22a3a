// The service worker, for people who are signed in. Browsers have service workers over HTTPS and on this machine only.

const WORKER = "/service-worker.js";
/** The person for whom the page was made; empty on pages for strangers. */
export const person = document.querySelector("meta[name=person]")?.getAttribute("content") ?? "";

// Browsers hold the page to this (`trusted-types` in its policy): no other address ever becomes a worker.
const policy = globalThis.trustedTypes?.createPolicy("service-worker", {
  createScriptURL: (url) => {
    if (url !== WORKER) throw new TypeError(url);
    return url;
  },
});

/** Registers once the page has everything that it needs itself. */
async function register() {
  try {
    await navigator.serviceWorker.register(policy ? policy.createScriptURL(WORKER) : WORKER);
  } catch {
    // Forbidden by the browser's settings, or no connection: the portal works without.
  }
}

if (person && "serviceWorker" in navigator) {
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}
