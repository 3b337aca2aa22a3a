// The page of pictures: choosing files sends them at once, and the page says that it works on them.
import { closest } from "../dom.js";

document.documentElement.classList.add("has-script");

const form = document.querySelector("form[data-upload-now]");

// Videos at which a worker looks at this moment: the tile, or the page of the video, says so until it is done.
const AGAIN = 2000;

async function look() {
  const waiting = [...document.querySelectorAll("[data-waiting]")];
  const done = await Promise.all(waiting.map(ask));
  if (done.some(Boolean)) return location.reload();
  if (waiting.length) setTimeout(look, AGAIN);
}

async function ask(place) {
  try {
    const answer = await fetch(place.dataset.waiting, { redirect: "manual", headers: { "X-Fragment": "1" } });
    return answer.ok && !(await answer.text()).includes("data-film=\"waiting\"");
  } catch {
    return false;
  }
}

if (document.querySelector("[data-waiting]")) setTimeout(look, AGAIN);

form?.querySelector("input[type=file]").addEventListener("change", (event) => {
  if (!closest(event, "input").files.length) return;
  const state = form.querySelector("[data-state]");
  state.textContent = state.dataset.words;
  form.requestSubmit();
});
