// The folded parts of the form say in one line what they hold.

export function startExtras(form) {
  form.addEventListener("input", () => {
    for (const part of form.querySelectorAll("[data-extra]")) {
      const words = part.dataset.extra.split(" ").map((name) => shown(form.elements[name])).filter(Boolean).join(" · ");
      const place = part.querySelector("[data-holds]");
      if (place.textContent !== words) place.textContent = words;
    }
  });
}

function shown(field) {
  if (!field?.value) return "";
  const words = field.tagName === "SELECT" ? field.selectedOptions[0].textContent : field.value;
  return words.trim().replace(/\s+/g, " ");
}
