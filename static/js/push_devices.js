// The card "Notifications on this device": what the browser allows, and switching on and off by the person's own click.
const WORKER_SECONDS = 10;
const card = /** @type {HTMLElement} */ (document.querySelector("[data-push]"));

/** "off", "on", "denied", "install" (to the Home Screen of an iPhone first) or "impossible". */
async function state() {
  const isPossible = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (!isPossible) return "standalone" in navigator && !navigator.standalone ? "install" : "impossible";
  if (Notification.permission === "denied") return "denied";
  return "here" in card.dataset && (await subscription()) ? "on" : "off";
}

async function subscription() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return registration?.pushManager.getSubscription();
}

/** The service worker, which static/js/web_app.js registers; fails where the browser does not let it. */
async function worker() {
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error("no service worker")), WORKER_SECONDS * 1000));
  return Promise.race([navigator.serviceWorker.ready, late]);
}

/** @param {string} name */
function show(name) {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (card.querySelectorAll("[data-push-state]"))) {
    part.hidden = part.dataset.pushState !== name;
  }
}

/** @param {boolean} is */
function showProblem(is) {
  /** @type {HTMLElement} */ (card.querySelector("[data-push-problem]")).hidden = !is;
}

/** The bytes of base64url. @param {string} text */
function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

/** @param {HTMLFormElement} form */
async function switchOn(form) {
  const permission = await Notification.requestPermission();
  if (permission !== "granted") return show(await state());
  // One that the portal does not know may be dead, or made with another key: then the browser would refuse ours.
  await (await subscription())?.unsubscribe();
  const registration = await worker();
  const made = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytes(card.dataset.key),
  });
  const { endpoint, keys } = made.toJSON();
  for (const [name, value] of Object.entries({ endpoint, ...keys })) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value;
  }
  form.submit();
}

card.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches("[data-push-on], [data-push-off]")) return;
  event.preventDefault();
  showProblem(false);
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    if (form.matches("[data-push-on]")) {
      await switchOn(form);
    } else {
      await (await subscription())?.unsubscribe();
      form.submit();
    }
  } catch {
    showProblem(true);
  }
  button.disabled = false;
});

show(await state());
