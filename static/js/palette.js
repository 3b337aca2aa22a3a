// Ctrl-K (or Cmd-K): pages and actions by a part of their name. The entries are the links that the page has: the navigation, its
// tabs and its actions. Names are compared in Latin without diacritics, so either script finds them.
import { fold, Listbox } from "./listbox.js";
import { openRemote } from "./remote_dialog.js";
import { showToast } from "./toast.js";

const LINKS = ".rail a[href], .tabs a[href], .page-actions a[href], .page-up";
const MOST = 12;

/** Each address once, under the name of its first link; `data-words` are other names by which people look for it. */
function entries() {
  const byAddress = new Map();
  for (const element of document.querySelectorAll(LINKS)) {
    const link = /** @type {HTMLAnchorElement} */ (element);
    const label = link.textContent.replace(/\s+/g, " ").trim();
    if (label && !byAddress.has(link.href)) byAddress.set(link.href, { label, href: link.href, words: fold(`${label} ${link.dataset.words ?? ""}`) });
  }
  return [...byAddress.values()];
}

function postsAddress() {
  return [...document.querySelectorAll(".rail a[href]")].map((link) => link.href).find((href) => /\/m\/[\w-]+\/posts\/$/.test(href));
}

function start(root) {
  const input = root.querySelector("input");
  const list = root.querySelector("[role=listbox]");
  const all = entries(), posts = postsAddress(), searchText = root.dataset.search;
  const box = new Listbox(input, list, (address) => location.assign(address));

  function matches(typed) {
    const parts = fold(typed).split(/\s+/).filter(Boolean);
    const fitting = all.filter(({ words }) => parts.every((part) => words.includes(part)));
    fitting.sort((one, other) => Number(!one.words.startsWith(parts[0] ?? "")) - Number(!other.words.startsWith(parts[0] ?? "")));
    const shown = fitting.slice(0, MOST);
    if (posts && typed.trim()) shown.push({ label: searchText.replace("{words}", () => typed.trim()), href: `${posts}?q=${encodeURIComponent(typed.trim())}` });
    return shown;
  }

  const draw = () => box.show(matches(input.value).map(({ label, href }) => ({ label, value: href })));
  input.addEventListener("input", draw);
  input.addEventListener("keydown", (event) => {
    if (box.press(event.key)) event.preventDefault();
  });
  draw();
  input.focus();
}

export async function openPalette(address) {
  if (document.querySelector("dialog[open]")) return;
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  if (!(await openRemote(address, before))) return showToast({ text: document.getElementById("texts").dataset.offline });
  const root = document.querySelector("dialog#dialog[open] .palette");
  if (root) start(root);
}
