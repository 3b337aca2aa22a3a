// Pictures that were added without a connection: they stay on this device, can be described, and are uploaded when the
// connection is back. What is not uploaded while the page is open is sent by ../offline/outbox.js.
import { parsed } from "../markup.js";
import { OUT } from "../offline/sending.js";
import { upload } from "../offline/upload.js";
import { forgetPicture, keepPicture, keptPicture } from "../offline/waiting_pictures.js";
import { complain } from "./complain.js";

let isSending = false;

/** Whether there was room for the file. */
export async function add(form, file, list, changed) {
  const picture = await keepPicture(file);
  if (!picture) return false;
  show(list, picture, "").querySelector("textarea").focus();
  listen(form, list, changed);
  changed();
  return true;
}

/** Shows those of a kept draft, {id, alt} each. */
export async function restore(form, list, pictures, changed) {
  for (const { id, alt } of pictures) {
    const picture = await keptPicture(id);
    if (picture && !list.querySelector(`[data-waiting="${id}"]`)) show(list, picture, alt);
  }
  form.dispatchEvent(new Event("composer:restored"));
  listen(form, list, changed);
  changed();
  await send(form, list, changed);
}

function show(list, { id, blob }, alt) {
  const content = /** @type {DocumentFragment} */ (document.importNode(document.querySelector("template#waiting-picture").content, true));
  const row = content.querySelector("li");
  row.dataset.waiting = id;
  row.querySelector("img").src = URL.createObjectURL(blob);
  const [label, area, hint] = [row.querySelector("label"), row.querySelector("textarea"), row.querySelector(".field-hint")];
  label.htmlFor = area.id = `waiting-${id}`;
  hint.id = `waiting-hint-${id}`;
  area.setAttribute("aria-describedby", hint.id);
  area.value = alt;
  list.append(row);
  return row;
}

function listen(form, list, changed) {
  if (form.dataset.sendsPictures) return;
  form.dataset.sendsPictures = "yes";
  const again = () => send(form, list, changed);
  window.addEventListener("online", again);
  document.addEventListener("draft:saved", again);
}

async function send(form, list, changed) {
  if (isSending) return;
  isSending = true;
  try {
    for (const row of list.querySelectorAll("[data-waiting]")) await sendRow(form, row, list, changed);
  } catch (problem) {
    // Without a connection it is tried again with the next save; signed out, the save says so.
    if (problem === OUT) changed();
  } finally {
    isSending = false;
  }
}

async function sendRow(form, row, list, changed) {
  const { waiting: id } = row.dataset;
  const picture = await keptPicture(id);
  if (!picture || !row.isConnected) return;
  const answer = await upload(form.dataset.upload, picture.blob, picture.name);
  // Taken away meanwhile.
  if (!row.isConnected) return;
  if (!answer.row) {
    complain(`${picture.name}: ${answer.problem}`);
    row.remove();
  } else if (list.querySelector(`[data-picture="${answer.id}"]`)) row.remove();
  else {
    const fresh = parsed(answer.row).querySelector("[data-picture]");
    const [from, to] = [row.querySelector("textarea"), fresh.querySelector("textarea")];
    to.value ||= from.value;
    const hadFocus = document.activeElement === from;
    row.replaceWith(fresh);
    if (hadFocus) to.focus();
  }
  changed();
  await forgetPicture(id);
}
