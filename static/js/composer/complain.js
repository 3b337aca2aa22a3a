// A line below the pictures that says why a file was not added, until somebody closes it.
import { say } from "./words.js";

export function complain(sentence) {
  const line = document.createElement("p");
  line.className = "finding finding-error";
  line.textContent = sentence;
  line.append(link("dismiss", () => line.remove()));
  document.getElementById("uploads").append(line);
}

export function link(word, act) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button-link small" });
  button.textContent = say(word);
  button.addEventListener("click", act);
  return button;
}
