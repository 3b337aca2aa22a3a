// What only some pages do with kept drafts: list them, and clear them at the end.
import { drafts, forget, names, OWN, PREFIX } from "./kept_drafts.js";

/** Whether something of another person waits here, who will sign in again. */
export const othersWait = () => names().some((name) => name.startsWith(PREFIX) && !name.startsWith(OWN));

/** What was typed, at the end of a person's work on this device. */
export function forgetAll() {
  for (const [key] of drafts()) forget(key);
}

/** Of everybody, what the server has: nobody is signed in. What still waits stays for its person. */
export function forgetSettled() {
  for (const name of names().filter((each) => each.startsWith(PREFIX))) {
    try {
      if (!JSON.parse(localStorage.getItem(name)).waits) localStorage.removeItem(name);
    } catch {
      localStorage.removeItem(name);
    }
  }
}

export const value = (draft, name) => draft.values.find(([each]) => each === name)?.[1] ?? "";

/** The first words of a draft. */
export function title(draft) {
  const text = draft.values.find(([name, words]) => name.startsWith("text-") && words.trim())?.[1] ?? "";
  const line = value(draft, "title").trim() || text.trim().split("\n")[0];
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}
