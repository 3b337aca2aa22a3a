// Signing out empties this device of what was typed here. What waits is sent first; what cannot be sent is asked about.
import { confirmed } from "../confirmed.js";
import { showToast } from "../toast.js";
import { forgetAll, othersWait } from "./all_drafts.js";
import { waiting } from "./kept_drafts.js";
import { sendWaiting } from "./outbox.js";
import { isReached } from "./reach.js";
import { forgetAllPictures } from "./waiting_pictures.js";

const PAGES = "dobosar-pages-";

export async function signOut(form) {
  const texts = document.getElementById("texts").dataset;
  if (!(await isReached())) return showToast({ text: texts.signOutOffline });
  // The composer of this page saves what it has.
  const saves = [];
  document.dispatchEvent(new CustomEvent("sign-out:asked", { detail: saves }));
  await Promise.all(saves);
  await sendWaiting();
  if (waiting().length && !(await confirmed(texts.signOutWaits, form))) return;
  document.dispatchEvent(new Event("sign-out:begun"));
  forgetAll();
  await forgetAllPictures();
  for (const name of await caches?.keys() ?? []) if (name.startsWith(PAGES)) await caches.delete(name);
  // The server tells the browser to empty everything; what waits for another person must stay.
  if (othersWait()) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "device", value: "keep" }));
  form.dataset.asked = "yes";
  form.requestSubmit();
}
