// Who sends a draft: the page on which it is open, and otherwise one page of the portal.

const name = (key) => `dobosar:draft:${key}`;

/** Until this page is closed no other one sends the draft. */
export function holdDraft(key) {
  navigator.locks?.request(name(key), () => new Promise(() => {}));
}

/** Runs `act` if the draft is open nowhere. */
export const ifFree = (key, act) => once(name(key), act);

/** Runs `act` unless another page does it just now. Browsers without locks run it. */
export async function once(lock, act) {
  if (!navigator.locks) return act();
  return navigator.locks.request(lock, { ifAvailable: true }, (held) => held && act());
}
