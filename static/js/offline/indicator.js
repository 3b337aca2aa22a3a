// Says what waits on this device, and sends it when the connection is back. Comes when there is something to say.
import { person } from "../person.js";
import { address } from "./addresses.js";
import { title } from "./all_drafts.js";
import { waiting } from "./kept_drafts.js";
import { sendWaiting } from "./outbox.js";
import { isReached } from "./reach.js";

const AGAIN = 15_000;
const STAYS = 8_000;
const place = document.getElementById("connection");
const words = place?.dataset ?? {};
let clock;
let isOnline = true;
let isOut = false;

/** Shows the state as it is now. */
function show() {
  if (!place) return;
  const all = waiting();
  const asking = all.find(([, draft]) => draft.conflict || draft.problem);
  if (!isOnline) say("offline", [all.length ? words.offlineKept : words.offline, all.length && count(all.length), asOf()].filter(Boolean).join(" "));
  else if (asking) say("asks", words.asks, asking);
  else if (all.length) say("waits", isOut ? words.out : count(all.length));
  else if (place.dataset.had) say("sent", words.sent);
  else if (["offline", "waits", "asks"].includes(words.shows)) say("sent", words.online);
  if (all.length) place.dataset.had = "yes";
}

/** When the page was kept that is shown instead of the server's. */
function asOf() {
  const { keptAt } = document.documentElement.dataset;
  const lang = document.documentElement.lang.replace(/^en$/, "en-GB") || undefined;
  const time = keptAt && new Date(keptAt).toLocaleString(lang, { dateStyle: "medium", timeStyle: "short" });
  return time ? words.asOf.replace("%(time)s", time) : "";
}

const count = (number) => words.waits.replace("%(count)s", String(number));

function say(state, sentence, draft) {
  clearTimeout(clock);
  place.hidden = false;
  place.dataset.shows = state;
  const line = document.createElement("span");
  line.textContent = sentence;
  place.querySelector("[data-words]").replaceChildren(line);
  if (draft) place.querySelector("[data-words]").append(" ", link(...draft));
  if (state === "sent") {
    delete place.dataset.had;
    clock = setTimeout(() => ((place.hidden = true), (place.dataset.shows = "")), STAYS);
  }
}

function link(key, draft) {
  const element = document.createElement("a");
  element.href = address(key, draft);
  element.textContent = title(draft) || words.open;
  return element;
}

async function send() {
  if (!person) return;
  if (waiting().length && place) place.dataset.had = "yes";
  const result = waiting().length ? await sendWaiting() : "nothing";
  isOut = result === "out";
  isOnline = result === "nothing" ? navigator.onLine || (await isReached()) : result !== "offline";
  show();
  // A page that is open sends its own draft; of others it is seen here when they have been sent.
  clearTimeout(again);
  if (waiting().length || !isOnline) again = setTimeout(send, AGAIN);
}
let again;

for (const name of ["online", "offline"]) window.addEventListener(name, send);
document.addEventListener("draft:unsent", () => ((isOnline = false), show()));
document.addEventListener("draft:saved", () => ((isOnline = true), show()));
window.addEventListener("storage", show);
send();
