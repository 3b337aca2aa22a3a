// Ctrl-K (or Cmd-K): pages and actions by a part of their name. The entries are the links that the page has: the navigation, its
// tabs and its actions. Names are compared in Latin without diacritics, so either script finds them.
import { closest } from "./dom.js";
import { contents } from "./markup.js";
import { toLatin } from "./serbian.js";
import { showToast } from "./toast.js";

const LINKS = ".rail a[href], .tabs a[href], .page-actions a[href], .page-up, .account-menu a[href]";
const MOST = 12;
const dialog = /** @type {HTMLDialogElement} */ (document.querySelector("dialog#dialog"));

const fold = (text) => toLatin(text).toLowerCase().replaceAll("đ", "dj").normalize("NFD").replace(/\p{M}/gu, "");

/** Each address once, under the name of its first link. */
function entries() {
  const byAddress = new Map();
  for (const element of document.querySelectorAll(LINKS)) {
    const link = /** @type {HTMLAnchorElement} */ (element);
    const label = link.textContent.replace(/\s+/g, " ").trim();
    if (label && !byAddress.has(link.href)) byAddress.set(link.href, { label, href: link.href, words: fold(label) });
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
  let current = 0;

  function matches(typed) {
    const parts = fold(typed).split(/\s+/).filter(Boolean);
    const fitting = all.filter(({ words }) => parts.every((part) => words.includes(part)));
    fitting.sort((one, other) => Number(!one.words.startsWith(parts[0] ?? "")) - Number(!other.words.startsWith(parts[0] ?? "")));
    const shown = fitting.slice(0, MOST);
    if (posts && typed.trim()) shown.push({ label: searchText.replace("{words}", () => typed.trim()), href: `${posts}?q=${encodeURIComponent(typed.trim())}` });
    return shown;
  }

  function mark(index) {
    const options = [...list.children];
    if (!options.length) return input.removeAttribute("aria-activedescendant");
    current = (index + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === current)));
    input.setAttribute("aria-activedescendant", options[current].id);
    options[current].scrollIntoView({ block: "nearest" });
  }

  function draw() {
    list.replaceChildren(...matches(input.value).map(({ label, href }, at) => {
      const option = document.createElement("li");
      option.id = `palette-${at}`;
      option.setAttribute("role", "option");
      option.dataset.href = href;
      option.textContent = label;
      return option;
    }));
    mark(0);
  }

  const go = (option) => option && location.assign(option.dataset.href);
  input.addEventListener("input", draw);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) mark(current + step);
    else if (event.key === "Enter") go(list.children[current]);
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => go(closest(event, "[role=option]")));
  draw();
  input.focus();
}

export async function openPalette(address) {
  if (document.querySelector("dialog[open]")) return;
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  try {
    const answer = await fetch(address, { redirect: "manual" });
    if (!answer.ok) throw new Error(String(answer.status));
    dialog.querySelector("#dialog-content").replaceChildren(...contents(await answer.text()));
  } catch {
    return showToast({ text: document.getElementById("texts").dataset.offline });
  }
  dialog.showModal();
  dialog.addEventListener("close", () => before?.focus(), { once: true });
  start(dialog.querySelector(".palette"));
}
