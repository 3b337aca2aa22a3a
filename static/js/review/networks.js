// On a narrow screen what the networks show lies side by side, one at a time, to be swiped; a bar above names all of them
// and leads to each (`posts/review/_network_pages.html`). On the page of a post also a wide screen shows one at a time.
// Without scripts the bar has plain links to the same places.
import { closest } from "../dom.js";

const PAGES = ".network-pages";

/** Whether they lie side by side: on a wide screen all are in sight. @param {Element} pages */
const isSwiped = (pages) => pages.scrollWidth > pages.clientWidth + 1;

/** Marks the one in sight; the others do not make the page longer than it is. @param {Element} pages */
function mark(pages) {
  const at = Math.round(pages.scrollLeft / Math.max(pages.clientWidth, 1));
  const chosen = pages.querySelector(":scope > [data-current]") ?? pages.firstElementChild;
  const current = isSwiped(pages) ? pages.children[Math.min(at, pages.children.length - 1)] : chosen;
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

/** Brings into sight the one that an element is in. @param {Element | null | undefined} element */
export function showPage(element) {
  const pages = element?.closest(PAGES);
  const page = [...(pages?.children ?? [])].find((one) => one.contains(element));
  if (!pages || !page) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (isSwiped(pages)) {
    pages.scrollTo({ left: [...pages.children].indexOf(page) * pages.clientWidth, behavior: calm ? "instant" : "smooth" });
    return;
  }
  for (const one of pages.children) one.toggleAttribute("data-current", one === page);
  mark(pages);
}

/** Once on a page; also for what comes into it later. */
export function startNetworks() {
  document.addEventListener("click", (event) => {
    const tab = closest(event, ".network-tabs a");
    const page = tab && document.getElementById(/** @type {HTMLAnchorElement} */ (tab).hash.slice(1));
    const pages = page?.closest(PAGES);
    if (!page || !pages || !(isSwiped(pages) || pages.closest(".reading"))) return;
    event.preventDefault();
    showPage(page);
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
  // An address that names a place of the text.
  showPage(document.getElementById(location.hash.slice(1)));
}
