// Videos of the post: asked about while a worker looks at them, and their captions. Comes with the first video.
import { parsed } from "../markup.js";
import { fetched } from "../fetched.js";
import { dialogFor } from "./library_dialogs.js";
import { csrf, say } from "./words.js";

const AGAIN = 1500;
let clock;

/** Ask until no video of the post is being looked at. */
export function watch(list, changed) {
  clearTimeout(clock);
  const rows = [...list.querySelectorAll("[data-film=waiting]")].map((state) => state.closest(".picture"));
  if (!rows.length) return;
  clock = setTimeout(async () => {
    const told = await Promise.all(rows.map(ask));
    if (told.some(Boolean)) changed();
    watch(list, changed);
  }, AGAIN);
}

async function ask(row) {
  try {
    const answer = await fetch(row.dataset.row, { redirect: "manual", headers: { "X-Fragment": "1" } });
    return answer.ok && update(row, await answer.text());
  } catch {
    // A lost connection: the page asks again, and saving tells about it.
    return false;
  }
}

/** What the server says of the video takes its place; what somebody is typing beside it stays. */
function update(row, html) {
  const fresh = parsed(html).querySelector("[data-picture]");
  const [was, is] = [row, fresh].map((each) => each.querySelector(".film-state"));
  if (was.outerHTML === is.outerHTML) return false;
  was.replaceWith(is);
  row.querySelector("img").src = fresh.querySelector("img").getAttribute("src");
  return true;
}

export async function openCaptions(form, button, changed) {
  const html = await fetched(button.dataset.captions);
  if (html === null) return;
  const dialog = dialogFor(html, "");
  const inside = dialog.querySelector("form");
  const problem = dialog.querySelector("[data-problem]");
  dialog.addEventListener("close", () => button.focus());
  inside.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new FormData(inside, event.submitter);
    const answer = await send(button.dataset.captions, body, form);
    if (answer.html) {
      update(button.closest(".picture"), answer.html);
      dialog.close();
      changed();
    } else {
      problem.hidden = false;
      problem.textContent = answer.problem;
    }
  });
}

async function send(url, body, form) {
  try {
    const answer = await fetch(url, { method: "POST", body, redirect: "manual", headers: { "X-CSRFToken": csrf(form) } });
    if (answer.ok) return { html: await answer.text() };
    return await answer.json();
  } catch {
    return { problem: say("failed", { name: body.get("file")?.name ?? "" }) };
  }
}
