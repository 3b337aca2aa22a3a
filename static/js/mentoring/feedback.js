// The form of the rubric says when it holds something that is not saved, and asks before it is left like that.

const form = document.querySelector("[data-rubric]");
const state = form.querySelector("[data-state]");
let dirty = false;

form.addEventListener("input", () => {
  if (dirty) return;
  dirty = true;
  state.textContent = form.dataset.unsaved;
});
form.addEventListener("submit", () => (dirty = false));
window.addEventListener("beforeunload", (event) => dirty && event.preventDefault());
