// Pictures and videos by drag, paste or picker, each with its progress; the server makes pictures small and harmless.
import { closest } from "../dom.js";
import { parsed } from "../markup.js";
import { csrf, say } from "./words.js";

const MOST_BYTES = 25 * 1024 * 1024;

// What only videos need comes with the first one.
const films = () => import("./films.js");
const stay = (event) => event.preventDefault();

export function startPictures(form, changed) {
  const list = document.getElementById("picture-list");
  if (list.querySelector("[data-film=waiting]")) films().then(({ watch }) => watch(list, changed));
  const place = document.getElementById("pictures");
  const picker = document.querySelector("input#files");

  const add = async (files) => {
    const room = Number(form.dataset.most) - list.children.length;
    for (const file of files.slice(0, room)) await upload(form, file, list, changed);
    if (files.length > room) complain(say("tooMany"));
  };

  picker.addEventListener("change", (event) => {
    event.stopPropagation();
    const files = [...picker.files];
    picker.value = "";
    add(files);
  });
  form.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
    if (!files.length) return;
    event.preventDefault();
    add(files);
  });
  let depth = 0;
  const over = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  form.addEventListener("dragenter", (event) => over(event) && (depth++, place.classList.add("is-over")));
  form.addEventListener("dragleave", (event) => over(event) && --depth <= 0 && place.classList.remove("is-over"));
  form.addEventListener("dragover", (event) => over(event) && event.preventDefault());
  form.addEventListener("drop", (event) => {
    if (!over(event)) return;
    event.preventDefault();
    depth = 0;
    place.classList.remove("is-over");
    add([...event.dataTransfer.files]);
  });

  list.addEventListener("click", (event) => {
    const row = closest(event, ".picture");
    if (closest(event, "[data-remove]")) {
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      (next?.querySelector("[data-remove]") ?? picker).focus();
      changed();
    } else if (closest(event, "[data-earlier]") && row.previousElementSibling) {
      list.insertBefore(row, row.previousElementSibling);
      row.querySelector("[data-earlier]").focus();
      changed();
    }
  });
  let cropping;
  list.addEventListener("click", async (event) => {
    const button = closest(event, "[data-captions]");
    if (button) (await films()).openCaptions(form, button, changed);
    const row = closest(event, "[data-crop]")?.closest(".picture");
    if (!row) return;
    cropping ??= import("./crop.js").then(({ startCrop }) => startCrop(changed));
    (await cropping)(row);
  });
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
      else complain(reason(request, file.name));
      resolve();
    });
    request.send(body);
  }));
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

function complain(sentence) {
  const line = document.createElement("p");
  line.className = "finding finding-error";
  line.textContent = sentence;
  line.append(link("dismiss", () => line.remove()));
  document.getElementById("uploads").append(line);
}

function link(word, act) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button-link small" });
  button.textContent = say(word);
  button.addEventListener("click", act);
  return button;
}
