// A new post that begins with a picture: shows the one that was chosen, and goes on to its description.
import { closest } from "../dom.js";

const form = document.querySelector("form[data-picture-post]");
const picture = /** @type {HTMLImageElement} */ (form.querySelector("[data-chosen]"));
const name = form.querySelector("[data-chosen-name]");
const inputs = [...form.querySelectorAll("input[type=file]")];
let address = "";

form.classList.add("has-script");

form.addEventListener("change", (event) => {
  const chosen = closest(event, "input[type=file]");
  if (!chosen?.files.length) return;
  // One post begins with one picture.
  for (const other of inputs) if (other !== chosen) other.value = "";
  const [file] = chosen.files;
  URL.revokeObjectURL(address);
  address = URL.createObjectURL(file);
  picture.src = address;
  picture.hidden = false;
  name.textContent = file.name;
  settle();
  form.querySelector("textarea").focus();
});

/** The picture is there: what remains is its description, and going on. Another one is chosen by a link. */
function settle() {
  form.classList.add("has-picture");
  const another = form.querySelector("[data-another]");
  another.className = "button-link";
  another.querySelector("span").textContent = another.dataset.another;
}

// Some kinds of pictures (HEIC) are shown by no browser but accepted by the portal.
picture.addEventListener("error", () => {
  picture.hidden = true;
});
