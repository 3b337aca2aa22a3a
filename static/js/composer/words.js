// Sentences of the page, in its language. say("over", {over: 3}) fills "%(over)s too many".
import { cookie } from "../offline/sending.js";

const words = document.getElementById("composer-words")?.dataset ?? {};

export function say(name, values = {}) {
  return (words[name] ?? "").replace(/%\((\w+)\)s/g, (_, key) => values[key] ?? "");
}

/** The token of this moment: signing in again in another tab changes the cookie, not the page. */
export const csrf = (form) => cookie() || form.elements.csrfmiddlewaretoken.value;

/** What the form sends. Django believes the token in the body before the one in the header, so that must be fresh too. */
export function fields(form) {
  const body = new FormData(form);
  body.delete("files");
  body.set("csrfmiddlewaretoken", csrf(form));
  return body;
}

// Made once: making one takes longer than all that is counted at a letter.
const calendar = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Belgrade" });

/** The day in Serbia, as YYYY-MM-DD. */
export const today = () => calendar.format(new Date());
