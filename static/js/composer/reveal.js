/** Opens what hides a field, and goes there. */
export function reveal(form, field) {
  const panel = field.closest(".script-panel");
  if (panel?.hidden) document.getElementById(panel.getAttribute("aria-labelledby"))?.click();
  for (let around = field.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  field.focus();
  field.scrollIntoView({ block: "nearest" });
}
