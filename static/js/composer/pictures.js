// Pictures and videos by drag, paste or picker. What happens to them then comes with the first one (picture_list.js).
import { closest } from "../dom.js";

export function startPictures(form, changed) {
  const list = document.getElementById("picture-list");
  const place = document.getElementById("pictures");
  const picker = document.querySelector("input#files");

  let coming;
  let isThere = false;
  const come = () => {
    coming ??= import("./picture_list.js").then(({ startPictureList }) => {
      isThere = true;
      return startPictureList(form, list, changed);
    });
    // Without a connection it is asked for again with the next file.
    coming.catch(() => (coming = undefined));
    return coming;
  };
  const add = async (files) => (await come()).add(files);
  form.addEventListener("composer:waiting", async ({ detail }) => (await come()).restore(detail));
  // Whoever presses a button before it is there does not have to press it again.
  list.addEventListener("click", (event) => {
    const button = closest(event, "button");
    if (button && !isThere) come().then(() => button.click(), () => {});
  });

  if (list.children.length) come();
  // Pictures from the library get the focus when they arrive.
  else list.addEventListener("focusin", come, { once: true });

  picker.addEventListener("change", (event) => {
    event.stopPropagation();
    const files = [...picker.files];
    picker.value = "";
    add(files);
  });
  form.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
    // Office programs add a picture of the words that were copied: there the words are meant.
    if (!files.length || event.clipboardData.types.includes("text/plain")) return;
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
}
