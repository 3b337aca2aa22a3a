// Sentences of the page, in its language. say("over", {over: 3}) fills "%(over)s too many".

const words = document.getElementById("composer-words")?.dataset ?? {};

export function say(name, values = {}) {
  return (words[name] ?? "").replace(/%\((\w+)\)s/g, (_, key) => values[key] ?? "");
}

/** The token of this moment: signing in again in another tab changes the cookie, not the page. */
export function csrf(form) {
  const cookie = document.cookie.match(/(?:^|; )(?:__Host-)?dobosar_csrf=([^;]+)/);
  return cookie ? cookie[1] : form.elements.csrfmiddlewaretoken.value;
}

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
