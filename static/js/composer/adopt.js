// Which draft a page of the composer is about. Without a connection the browser shows the page as it last was, or the
// empty one; what was written since then is in the kept draft.
import { value } from "../offline/all_drafts.js";
import { drafts, forget, kept } from "../offline/kept_drafts.js";
import { fill } from "./fill.js";

/** Whether the page now shows a kept draft of which the server has everything. */
export function adopt(form) {
  const isKeptPage = "keptAt" in document.documentElement.dataset;
  const here = location.pathname;
  const asked = new URLSearchParams(location.search).get("draft");
  if (!isKeptPage && !asked) return false;
  const isOfAnother = new URL(form.action).pathname !== here;
  const isEmpty = !isOfAnother && form.elements.revision.value === "0";
  const own = isEmpty ? undefined : drafts().find(([, { edit }]) => edit === here);
  const [key, draft] = asked ? [asked, kept(asked)] : (own ?? ["", null]);
  if (!draft) {
    if (isOfAnother) location.replace("/offline/");
    // The page may have begun another post already.
    else if (isEmpty) name(form, crypto.randomUUID());
    return false;
  }
  if (asked && draft.closed) {
    // Its post went on without these words: they begin another one.
    fill(form, { ...draft, values: draft.values.filter(([field]) => !["key", "revision"].includes(field)) });
    forget(asked);
    history.replaceState(null, "", here);
    return false;
  }
  if (asked && draft.edit !== here) {
    location.replace(draft.edit);
    return false;
  }
  const isNewer = draft.waits || isOfAnother || Number(value(draft, "revision")) > Number(form.elements.revision.value);
  if (!isNewer) return false;
  name(form, key);
  form.dataset.save = draft.save;
  form.action = draft.edit;
  fill(form, draft);
  return !draft.waits;
}

function name(form, key) {
  form.dataset.post = key;
  form.elements.key.value = key;
}
