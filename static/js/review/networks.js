// On a narrow screen what the networks show lies side by side, one at a time, to be swiped; a bar above names all of them
// and leads to each (`posts/review/_network_pages.html`). Without scripts the bar has plain links to the same places.
import { closest } from "../dom.js";

const PAGES = ".network-pages";

/** Whether they lie side by side: on a wide screen all are in sight. @param {Element} pages */
const isSwiped = (pages) => pages.scrollWidth > pages.clientWidth + 1;

/** Marks the one in sight; the others do not make the page longer than it is. @param {Element} pages */
function mark(pages) {
  const at = Math.round(pages.scrollLeft / Math.max(pages.clientWidth, 1));
  const current = pages.children[Math.min(at, pages.children.length - 1)];
  for (const page of pages.children) page.toggleAttribute("data-current", page === current);
  for (const tab of pages.previousElementSibling?.querySelectorAll("a") ?? []) {
    if (tab.hash === `#${current.id}`) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  pages.classList.toggle("is-swiped", isSwiped(pages));
  // What scrolls is reached by the keyboard.
  if (isSwiped(pages)) pages.setAttribute("tabindex", "0");
  else pages.removeAttribute("tabindex");
}

/** Once on a page; also for what comes into it later. */
export function startNetworks() {
  document.addEventListener("click", (event) => {
    const tab = closest(event, ".network-tabs a");
    const page = tab && document.getElementById(/** @type {HTMLAnchorElement} */ (tab).hash.slice(1));
    const pages = page?.closest(PAGES);
    if (!page || !pages || !isSwiped(pages)) return;
    event.preventDefault();
    const at = [...pages.children].indexOf(page);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    pages.scrollTo({ left: at * pages.clientWidth, behavior: calm ? "instant" : "smooth" });
  });

  // Scrolling does not bubble; it is caught on its way down, also in what came into the page later.
  document.addEventListener(
    "scroll",
    (event) => {
      if (event.target instanceof Element && event.target.matches(PAGES)) mark(event.target);
    },
    { capture: true, passive: true },
  );

  const markAll = () => document.querySelectorAll(PAGES).forEach(mark);
  addEventListener("resize", markAll);
  markAll();
}
