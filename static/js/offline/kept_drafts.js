// Drafts that this browser keeps: what was typed and is not on the server yet, and on devices that work offline also the
// last state of each draft that was written here. Each under the number of its person, so that nobody else sees it.
//
// They are in localStorage and not in IndexedDB, because it is written before the next line runs: a browser that is
// closed at that moment has the word. Pictures, which are too large for it, are in waiting_pictures.js.
import { person } from "../person.js";

export const PREFIX = "dobosar:post:";
export const OWN = `${PREFIX}${person}:`;
// Of those that the server has, the newest so many are kept.
const MOST = 20;

/**
 * `at` is the time of the last change in milliseconds. `values` are the fields of the form in their order, `tried` those
 * that were sent without an answer, `pictures` those that are not uploaded yet. `save`, `edit` and `upload` are addresses.
 * `waits` says whether the server lacks something; `conflict` and `problem` why it refused, `closed` that the post is no
 * longer a draft.
 * @typedef {{at: number, values: [string, string][], save: string, edit: string, upload: string, waits: boolean,
 *   tried?: [string, string][][], pictures?: {id: string, alt: string}[], conflict?: boolean, problem?: string,
 *   closed?: boolean}} KeptDraft
 */

/** Whether there was room for it. @param {string} key @param {KeptDraft} draft */
export function keep(key, draft) {
  try {
    localStorage.setItem(OWN + key, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

/** @returns {KeptDraft | null} */
export function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(OWN + key));
  } catch {
    return null;
  }
}

export function forget(key) {
  try {
    localStorage.removeItem(OWN + key);
  } catch {
    // A forbidden store has nothing to forget.
  }
}

/** [key, draft] of this person, the oldest first: in this order they are sent. @returns {[string, KeptDraft][]} */
export function drafts() {
  const keys = names().filter((name) => name.startsWith(OWN)).map((name) => name.slice(OWN.length));
  const all = keys.map((key) => /** @type {[string, KeptDraft]} */ ([key, kept(key)]));
  return all.filter(([, draft]) => draft).sort(([, one], [, other]) => one.at - other.at);
}

export const waiting = () => drafts().filter(([, draft]) => draft.waits);

/** Leaves what waits, and of the rest the newest few. */
export function prune() {
  const settled = drafts().filter(([, draft]) => !draft.waits);
  for (const [key] of settled.slice(0, Math.max(settled.length - MOST, 0))) forget(key);
}

/** Of all that the browser stores for us. */
export function names() {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}
