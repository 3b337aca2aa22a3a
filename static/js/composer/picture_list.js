// The pictures of a post: their upload with its progress (the server makes them small and harmless), their descriptions,
// their order by button and by dragging, their crop.
import { closest } from "../dom.js";
import { parsed } from "../markup.js";
import { complain, link } from "./complain.js";
import { csrf, say } from "./words.js";

const MOST_BYTES = 25 * 1024 * 1024;

// What only videos need comes with the first one.
const films = () => import("./films.js");
const stay = (event) => event.preventDefault();

// What only pictures need that wait for the connection, too.
const waitingList = () => import("./waiting_list.js");

/** Begins; what it returns adds files (`add`) and shows those that wait on this device (`restore`). */
export function startPictureList(form, list, changed) {
  if (list.querySelector("[data-film=waiting]")) films().then(({ watch }) => watch(list, changed));
  const order = startOrder(list, changed);
  const picker = document.querySelector("input#files");

  list.addEventListener("click", (event) => {
    const row = closest(event, ".picture");
    if (closest(event, "[data-remove]")) {
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      (next?.querySelector("[data-remove]") ?? picker).focus();
      changed();
    } else if (closest(event, "[data-earlier]")) order.earlier(row);
    else if (closest(event, "[data-later]")) order.later(row);
  });
  let cropping;
  list.addEventListener("click", async (event) => {
    const button = closest(event, "[data-captions]");
    if (button) (await films()).openCaptions(form, button, changed);
    const row = closest(event, "[data-crop]")?.closest(".picture");
    if (!row) return;
    const [{ startCrop }, { tool }] = await Promise.all([import("./crop.js"), import("./tools.js")]);
    const dialog = await tool(form, "crop");
    if (!dialog) return;
    cropping ??= startCrop(dialog, changed);
    cropping(row);
  });

  const count = () => countDescriptions(form, list);
  for (const name of ["input", "focusin"]) list.addEventListener(name, count);
  form.addEventListener("change", count);
  count();

  return {
    async add(files) {
      const room = Number(form.dataset.most) - list.children.length;
      for (const file of files.slice(0, room)) await upload(form, file, list, changed);
      if (files.length > room) complain(say("tooMany"));
    },
    restore: async (pictures) => (await waitingList()).restore(form, list, pictures, changed),
  };
}

/** How long each description is, of what the shortest of the chosen networks takes. */
function countDescriptions(form, list) {
  const chosen = [...form.querySelectorAll("[name=channels][data-alt]")].filter(({ type, checked }) => checked || type === "hidden");
  const limit = Math.min(...chosen.map(({ dataset }) => Number(dataset.alt)), 1500);
  for (const area of list.querySelectorAll("textarea")) {
    const hint = document.getElementById(area.getAttribute("aria-describedby"));
    const place = hint.querySelector(".letters") ?? hint.appendChild(document.createElement("span"));
    const length = [...area.value].length;
    place.className = length > limit ? "letters letters-over" : "letters";
    const text = length > limit ? say("over", { over: length - limit }) : `${length} / ${limit}`;
    if (place.textContent !== text) place.textContent = text;
  }
}

/** Rows change places by moving the other one: the one in hand keeps the focus and the pointer. */
function startOrder(list, changed) {
  const status = Object.assign(document.createElement("p"), { className: "visually-hidden" });
  status.setAttribute("role", "status");
  list.after(status);

  const moved = (row) => {
    const rows = [...list.children];
    status.textContent = say("pictureAt", { at: rows.indexOf(row) + 1, of: rows.length });
    // A button that goes at the end of the list must not take the focus with it.
    const focused = document.activeElement;
    if (row.contains(focused) && !(/** @type {HTMLElement} */ (focused).offsetParent)) {
      row.querySelector(row.previousElementSibling ? "[data-earlier]" : "[data-later]").focus();
    }
    changed();
  };
  const earlier = (row) => row.previousElementSibling && (row.after(row.previousElementSibling), moved(row));
  const later = (row) => row.nextElementSibling && (row.before(row.nextElementSibling), moved(row));

  // A finger scrolls here; it has the buttons.
  list.addEventListener("pointerdown", (event) => {
    const handle = closest(event, "[data-drag]");
    if (!handle || event.button || event.pointerType === "touch" || list.children.length < 2) return;
    event.preventDefault();
    const row = closest(event, ".picture");
    const end = new AbortController();
    const over = (other, { clientY }, sign) => {
      if (!other) return false;
      const { top, height } = other.getBoundingClientRect();
      return sign * (clientY - top - height / 2) > 0;
    };
    const move = (moving) => {
      if (over(row.previousElementSibling, moving, -1)) earlier(row);
      else if (over(row.nextElementSibling, moving, 1)) later(row);
    };
    handle.setPointerCapture(event.pointerId);
    row.classList.add("is-dragged");
    handle.addEventListener("pointermove", move, end);
    handle.addEventListener("lostpointercapture", () => (end.abort(), row.classList.remove("is-dragged")), end);
  });
  return { earlier, later };
}

function upload(form, file, list, changed) {
  const isFilm = file.type.startsWith("video/");
  if (file.size > (isFilm ? Number(form.dataset.mostFilm) : MOST_BYTES)) {
    complain(say(isFilm ? "filmTooLarge" : "tooLarge", { name: file.name }));
    return Promise.resolve();
  }
  const body = new FormData();
  body.append("file", file);
  // fetch cannot tell how much of an upload has left; XMLHttpRequest can.
  const request = new XMLHttpRequest();
  const bar = progress(file.name, isFilm && (() => request.abort()));
  request.open("POST", form.dataset.upload);
  request.setRequestHeader("X-CSRFToken", csrf(form));
  request.upload.addEventListener("progress", (event) => event.lengthComputable && bar.set(event.loaded / event.total));
  request.upload.addEventListener("load", () => bar.wait());
  // Half a video is no video: whoever leaves now is asked.
  if (isFilm) window.addEventListener("beforeunload", stay);
  let isStopped = false;
  return /** @type {Promise<void>} */ (new Promise((resolve) => {
    request.addEventListener("abort", () => (isStopped = true));
    request.addEventListener("loadend", () => {
      window.removeEventListener("beforeunload", stay);
      bar.remove();
      if (isStopped) return resolve();
      if (request.status === 200 && request.responseText.includes("data-picture")) added(request.responseText, list, changed);
      else if (!request.status && !isFilm) return resolve(wait(form, file, list, changed));
      else complain(reason(request, file.name));
      resolve();
    });
    request.send(body);
  }));
}

/** Without a connection the file stays on this device until there is one. */
async function wait(form, file, list, changed) {
  try {
    if (await (await waitingList()).add(form, file, list, changed)) return;
    complain(say("noRoomFor", { name: file.name }));
  } catch {
    complain(say("failed", { name: file.name }));
  }
}

function added(html, list, changed) {
  const row = parsed(html).querySelector("[data-picture]");
  const known = list.querySelector(`[data-picture="${row.dataset.picture}"]`);
  if (!known) list.append(row);
  (known ?? row).querySelector("textarea").focus();
  changed();
  if (row.dataset.row) films().then(({ watch }) => watch(list, changed));
}

function reason(request, name) {
  try {
    return `${name}: ${JSON.parse(request.responseText).problem}`;
  } catch {
    return say("failed", { name });
  }
}

function progress(name, stop) {
  const label = document.createElement("label");
  label.className = "progress";
  const words = document.createElement("span");
  words.textContent = say("uploading", { name });
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  label.append(words, bar);
  if (stop) label.append(link("stop", stop));
  document.getElementById("uploads").append(label);
  return {
    set: (share) => (bar.value = share),
    wait: () => {
      words.textContent = say("preparing", { name });
      bar.removeAttribute("value");
    },
    remove: () => label.remove(),
  };
}
