// The page of pictures: choosing files sends them at once, and the page says that it works on them.
document.documentElement.classList.add("has-script");

const form = document.querySelector("[data-upload-now]");

form?.querySelector("input[type=file]").addEventListener("change", (event) => {
  if (!event.target.files.length) return;
  const state = form.querySelector("[data-state]");
  state.textContent = state.dataset.words;
  form.requestSubmit();
});
