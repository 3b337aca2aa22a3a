// Sends what waits on this device when the connection is back: drafts in the order in which they were changed, each with
// its pictures first. A draft that is open in a tab is sent by that tab.
import { drafts, keep, kept, waiting } from "./kept_drafts.js";
import { ifFree, once } from "./locks.js";
import { from, OUT, submit } from "./sending.js";
import { upload } from "./upload.js";
import { forgetPicture, forgetUnlisted, keptPicture } from "./waiting_pictures.js";

/** Resolves when everything was tried: "sent", "nothing", "offline" or "out" (nobody is signed in any more). */
export async function sendWaiting() {
  return (await once("dobosar:outbox", sendAll)) || "nothing";
}

async function sendAll() {
  let result = "nothing";
  for (const [key] of waiting()) {
    try {
      if (await ifFree(key, () => send(key))) result = "sent";
    } catch (problem) {
      return problem === OUT ? "out" : "offline";
    }
  }
  await forgetUnlisted(new Set(drafts().flatMap(([, { pictures = [] }]) => pictures.map(({ id }) => id))));
  return result;
}

/** Whether the server has it now. */
async function send(key) {
  for (let picture = kept(key)?.pictures?.[0]; picture; picture = kept(key)?.pictures?.[0]) await sendPicture(key, picture);
  const draft = kept(key);
  // The page on which it was refused asks what is to become of it.
  if (!draft?.waits || draft.conflict || draft.problem) return false;
  const tried = [...(draft.tried ?? []), draft.values].slice(-10);
  keep(key, { ...draft, tried });
  const { ok, status, body } = await submit(draft);
  const now = kept(key);
  if (now?.at !== draft.at) return false;
  if (ok) {
    const values = from(now.values, body.revision);
    keep(key, { ...now, values, save: body.save, edit: body.edit, waits: false, tried: [], conflict: false, problem: "" });
    return true;
  }
  const isConflict = status === 409 && !body.closed;
  const problem = isConflict ? "" : (body.closed ?? (body.problems ?? []).join(" ")) || "-";
  keep(key, { ...now, tried: [], conflict: isConflict, problem, closed: Boolean(body.closed) });
  return false;
}

/** A file that the server refuses is no picture for anybody: it goes, and a toast says why. */
async function sendPicture(key, { id, alt }) {
  const picture = await keptPicture(id);
  const gone = { id: "", problem: document.getElementById("texts")?.dataset.pictureGone ?? "" };
  const answer = picture ? await upload(kept(key).upload, picture.blob, picture.name) : gone;
  const now = kept(key);
  if (!now) return;
  const pictures = now.pictures.filter((each) => each.id !== id);
  /** @type {[string, string][]} */
  const added = [["media", answer.id], [`crop-${answer.id}`, ""], [`alt-${answer.id}`, alt]];
  const isThere = now.values.some(([name, value]) => name === "media" && value === answer.id);
  const values = answer.id && !isThere ? [...now.values, ...added] : now.values;
  if (!keep(key, { ...now, values, pictures })) return;
  if (!answer.id) {
    const text = picture ? `${picture.name}: ${answer.problem}` : answer.problem;
    document.dispatchEvent(new CustomEvent("toast", { detail: { text } }));
  }
  await forgetPicture(id);
}
