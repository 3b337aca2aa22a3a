// Puts a kept draft into the form, whichever page the form came with.

/** Fields that the form does not have come along hidden: a save without them would take them away. */
export function fill(form, draft) {
  const wanted = new Map();
  for (const [name, value] of draft.values) wanted.set(name, [...(wanted.get(name) ?? []), value]);
  for (const name of new Set([...form.elements].map((field) => field.name))) {
    if (!name || name === "csrfmiddlewaretoken" || name === "files") continue;
    fillGroup([...form.elements].filter((field) => field.name === name), wanted.get(name) ?? [], wanted.has(name));
    wanted.delete(name);
  }
  for (const [name, values] of wanted) for (const value of values) hide(form, name, value);
}

function fillGroup(fields, values, isThere) {
  const left = [...values];
  for (const field of fields) {
    if (field.type === "checkbox" || field.type === "radio") {
      const at = left.indexOf(field.value);
      field.checked = at >= 0;
      if (at >= 0) left.splice(at, 1);
    } else if (field.type === "hidden" && field.name === "media") {
      // A picture that the draft does not have; its row goes with it.
      const at = left.indexOf(field.value);
      if (at < 0) (field.closest(".picture") ?? field).remove();
      else left.splice(at, 1);
    } else if (isThere && left.length) field.value = left.shift();
  }
  for (const value of left) hide(fields[0].form, fields[0].name, value);
}

function hide(form, name, value) {
  if (!form) return;
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
}
