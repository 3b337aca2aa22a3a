// The offer of notifications on this device, to who decides: until it is followed or declined, where nobody was asked yet.
const KEY = "push-offer";
const offer = /** @type {HTMLElement} */ (document.querySelector("[data-push-offer]"));

/** Storage may be forbidden: then there is no offer, as it could not be ended. */
function isOpen() {
  try {
    return !localStorage.getItem(KEY);
  } catch {
    return false;
  }
}

const isPossible = "PushManager" in window && "Notification" in window && Notification.permission === "default";
offer.hidden = !(isPossible && isOpen());
offer.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || !event.target.closest("a, button")) return;
  localStorage.setItem(KEY, "seen");
  offer.hidden = true;
});
