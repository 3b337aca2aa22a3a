// The page for "no connection": the drafts that this device keeps, an empty one, and what is planned today.
import { address } from "./addresses.js";
import { title } from "./all_drafts.js";
import { drafts, prune } from "./kept_drafts.js";

const OWN = "dobosar-pages-";
const SETTLED = 1000;

async function listPages() {
  if (!("caches" in window)) return;
  for (const name of (await caches.keys()).filter((each) => each.startsWith(OWN))) {
    for (const { url } of await (await caches.open(name)).keys()) {
      const { pathname } = new URL(url);
      if (pathname.endsWith("/posts/new/")) show("a[data-new]", pathname);
      if (pathname.endsWith("/posts/today/")) show("a[data-today]", pathname);
    }
  }
}

function show(selector, path) {
  const link = document.querySelector(selector);
  link.setAttribute("href", path);
  link.hidden = false;
}

function listDrafts() {
  prune();
  const list = document.querySelector("[data-drafts]");
  for (const [key, draft] of drafts().reverse()) {
    const row = document.importNode(document.querySelector("template#offline-draft").content, true);
    const link = row.querySelector("a");
    link.setAttribute("href", address(key, draft));
    link.textContent = title(draft) || link.textContent;
    row.querySelector("[data-waits]").hidden = !draft.waits;
    row.querySelector("[data-sent]").hidden = draft.waits;
    list.append(row);
  }
  document.querySelector(".offline-drafts").hidden = !list.children.length;
}

listDrafts();
listPages();
document.querySelector("[data-reload]").addEventListener("click", () => location.reload());
// Where the person wanted to go is still in the address. A connection that is gone again at once is none.
window.addEventListener("online", () => {
  setTimeout(() => navigator.onLine && location.pathname !== "/offline/" && location.reload(), SETTLED);
});
