// On a narrow screen the previews come up from the foot, one network beside the other: swiped, or by the two buttons.
import { closest } from "../dom.js";
import { tool } from "./tools.js";

let isReady = false;

export async function openSheet(form, button) {
  const dialog = await tool(form, "sheet");
  if (!dialog || dialog.open) return;
  if (!isReady) startSheet(dialog);
  isReady = true;
  const body = dialog.querySelector("[data-body]");
  // Moved, not copied: what the server answers meanwhile goes to the same place.
  const home = document.querySelector(".composer-previews");
  body.append(document.getElementById("previews"));
  dialog.showModal();
  body.scrollLeft = 0;
  tell(dialog);
  dialog.addEventListener(
    "close",
    () => {
      home.append(document.getElementById("previews"));
      button.focus();
    },
    { once: true },
  );
}

const looks = (dialog) => [...dialog.querySelectorAll(".preview")];
const at = (body) => Math.round(body.scrollLeft / Math.max(1, body.clientWidth));

function tell(dialog) {
  const [all, place] = [looks(dialog), at(dialog.querySelector("[data-body]"))];
  dialog.querySelector("[data-steps]").hidden = all.length < 2;
  const words = all.length > 1 ? `${place + 1} / ${all.length}` : "";
  if (dialog.querySelector("[data-place]").textContent !== words) dialog.querySelector("[data-place]").textContent = words;
  for (const step of dialog.querySelectorAll("[data-step]")) {
    const to = place + Number(step.dataset.step);
    step.ariaDisabled = String(to < 0 || to >= all.length);
  }
}

function startSheet(dialog) {
  const body = dialog.querySelector("[data-body]");
  body.addEventListener("scroll", () => tell(dialog), { passive: true });
  dialog.addEventListener("click", (event) => {
    const step = closest(event, "[data-step]");
    if (step) body.scrollTo({ left: (at(body) + Number(step.dataset.step)) * body.clientWidth });
  });
}
