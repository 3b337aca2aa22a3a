// What was kept, put into the post: snippets and hashtags at the cursor, pictures with their last description.
import { closest } from "../dom.js";
import { fetched } from "../fetched.js";
import { contents, parsed } from "../markup.js";

const PAUSE = 120;

/** A dialog of its own, outside the form, so that nothing in it is saved with the post. */
export function dialogFor(html, css) {
  const dialog = document.createElement("dialog");
  dialog.className = `dialog library-dialog ${css}`;
  dialog.setAttribute("aria-labelledby", "library-title");
  dialog.append(...contents(html));
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  return dialog;
}

function waiting(work) {
  let clock;
  return () => {
    clearTimeout(clock);
    clock = setTimeout(work, PAUSE);
  };
}

// ---- snippets

export async function openInsert(form, button, changed) {
  const panel = [...form.querySelectorAll(".script-panel")].find((each) => !each.hidden);
  const area = panel.querySelector("textarea");
  // Where the focus comes back from a dialog, browsers forget the cursor.
  const { selectionStart, selectionEnd } = area;
  const from = `${button.dataset.from}?tag=${encodeURIComponent(panel.dataset.tag)}`;
  const html = await fetched(from);
  if (html === null) return;
  const dialog = dialogFor(html, "");
  const words = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  let chosen = false;

  const items = () => [...list.querySelectorAll(".insert-item")];
  const current = () => list.querySelector("[aria-selected=true]");
  const mark = (item) => {
    current()?.setAttribute("aria-selected", "false");
    if (!item) return words.removeAttribute("aria-activedescendant");
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    words.setAttribute("aria-activedescendant", item.id);
  };
  const use = (item) => {
    if (!item) return;
    chosen = true;
    dialog.close();
    area.focus();
    area.setSelectionRange(selectionStart, selectionEnd);
    put(panel, area, item.dataset.text);
    changed();
  };

  let asked = 0;
  words.addEventListener("input", waiting(async () => {
    const turn = ++asked;
    const found = await fetched(`${from}&q=${encodeURIComponent(words.value)}`);
    // an answer to older words may come after that to newer ones
    if (found === null || turn !== asked) return;
    list.replaceChildren(...contents(found));
    mark(items()[0]);
  }));
  words.addEventListener("keydown", (event) => {
    const at = items().indexOf(current());
    const step = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Enter") {
      event.preventDefault();
      use(current());
    } else if (step !== undefined && items().length) {
      event.preventDefault();
      mark(items().at(step % items().length));
    }
  });
  list.addEventListener("click", (event) => use(closest(event, ".insert-item")));
  dialog.addEventListener("close", () => !chosen && button.focus());
  mark(items()[0]);
  words.focus();
}

/** Words at the cursor, on a line or after a space of their own where they would run into the others. */
function put(panel, area, text) {
  const derived = panel.querySelector(".derived-text")?.textContent;
  if (!area.value && derived) {
    // the other script was only followed so far: it becomes a text of its own, with the words at its end
    area.value = derived;
    panel.querySelector("input[name^='derived-']").value = "";
    area.setSelectionRange(derived.length, derived.length);
  }
  const before = area.value.slice(0, area.selectionStart);
  const after = area.value.slice(area.selectionEnd);
  const open = before && !/[\s(„“"]$/.test(before) ? " " : "";
  const shut = after && !/^[\s.,;:!?)”“"]/.test(after) ? " " : "";
  area.focus();
  area.setRangeText(open + text + shut, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

// ---- pictures

export async function openPicker(form, button, changed) {
  const from = button.dataset.pickLibrary;
  const html = await fetched(from);
  if (html === null) return;
  const list = document.getElementById("picture-list");
  const room = Number(form.dataset.most) - list.children.length;
  const dialog = dialogFor(html, "dialog-wide");
  const words = dialog.querySelector("input#pick-words");
  const folder = dialog.querySelector("select#pick-folder");
  const picks = dialog.querySelector("#picks");
  const told = dialog.querySelector("[data-chosen]");
  const go = dialog.querySelector("button[data-use]");
  const chosen = new Set();
  let used = false;

  const address = (page) => `${from}?part=1&q=${encodeURIComponent(words.value)}&folder=${folder?.value ?? ""}&page=${page}`;
  const tick = () => {
    for (const box of picks.querySelectorAll("input")) {
      box.checked = chosen.has(box.value);
      box.disabled = !box.checked && chosen.size >= room;
    }
    go.disabled = !chosen.size;
    const { none, some, full } = told.dataset;
    told.textContent = chosen.size >= room ? full : chosen.size ? some.replace("%(count)s", String(chosen.size)) : none;
  };
  let asked = 0;
  const search = async () => {
    const turn = ++asked;
    const found = await fetched(address(1));
    if (found === null || turn !== asked) return;
    picks.replaceChildren(...contents(found));
    tick();
  };

  words.addEventListener("input", waiting(search));
  words.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  folder?.addEventListener("change", search);
  picks.addEventListener("change", (event) => {
    const box = closest(event, "input");
    if (box.checked) chosen.add(box.value);
    else chosen.delete(box.value);
    tick();
  });
  picks.addEventListener("click", async (event) => {
    const more = closest(event, "[data-more]");
    if (!more) return;
    const found = await fetched(address(more.dataset.more));
    if (found === null) return;
    const first = picks.querySelectorAll("li").length;
    more.replaceWith(...contents(found));
    const [grid, ...others] = picks.querySelectorAll(".picture-grid");
    for (const other of others) {
      grid.append(...other.children);
      other.remove();
    }
    picks.querySelectorAll("li")[first]?.querySelector("input").focus();
    tick();
  });
  go.addEventListener("click", async () => {
    const query = [...chosen].map((id) => `id=${id}`).join("&");
    const found = await fetched(`${from}rows/?${query}`);
    if (found === null) return;
    used = true;
    dialog.close();
    add(list, found);
    changed();
  });
  dialog.addEventListener("close", () => !used && button.focus());
  tick();
  words.focus();
}

function add(list, html) {
  const rows = [...parsed(html).querySelectorAll("[data-picture]")];
  const fresh = rows.filter((row) => !list.querySelector(`[data-picture="${row.dataset.picture}"]`));
  list.append(...fresh);
  (fresh[0] ?? list.querySelector(`[data-picture="${rows[0]?.dataset.picture}"]`))?.querySelector("textarea").focus();
}
