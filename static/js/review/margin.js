// Threads stand in the margin at the height of their words; the one that is read gets its exact place, the others make
// room. On a narrow screen they are a plain list below the text.
import { closest } from "../dom.js";
import { showPage } from "./networks.js";

const GAP = 12;

export function startMargin(threads, paper) {
  const list = threads.querySelector("#talks");
  const wide = window.matchMedia("(min-width: 1101px)");
  let planned = 0;
  for (const talk of threads.querySelectorAll(".talk[id^='thread-']")) talk.dataset.thread = talk.id.slice("thread-".length);
  // pulling at marked words selects them
  for (const link of paper.querySelectorAll("mark > a")) link.draggable = false;

  const marksOf = (id) => paper.querySelectorAll(`[data-threads~="${id}"]`);
  const talks = () => [...threads.querySelectorAll("[data-thread]")];
  const open = () => [...list.querySelectorAll("[data-thread]")];
  const current = () => threads.querySelector(".talk.is-current");

  /** How far down the list an item would like to stand; Infinity: it is about no place. */
  function wish(item, top) {
    if (item.dataset.top) return Number(item.dataset.top);
    const mark = item.dataset.thread && [...marksOf(item.dataset.thread)].find((each) => each.getBoundingClientRect().height);
    return mark ? mark.getBoundingClientRect().top - top : Infinity;
  }

  function lay() {
    planned = 0;
    const items = [...list.children].filter((each) => !each.hidden);
    if (!wide.matches) {
      for (const each of items) each.style.top = "";
      list.style.minHeight = "";
      list.classList.remove("is-laid");
      return;
    }
    list.classList.add("is-laid");
    const top = list.getBoundingClientRect().top;
    const boxes = items
      .map((item) => ({ item, wish: wish(item, top), height: item.offsetHeight, top: 0 }))
      .sort((one, other) => (one.wish === other.wish ? 0 : one.wish - other.wish));
    const said = boxes.findIndex((each) => each.item.id === "say");
    const fixed = said >= 0 ? said : boxes.findIndex((each) => each.item.classList.contains("is-current"));
    if (said >= 0 && Number.isFinite(boxes[said].wish)) beside(boxes, boxes[said]);
    else stack(boxes, fixed);
    for (const each of boxes) each.item.style.top = `${Math.round(each.top)}px`;
    const last = boxes.at(-1);
    list.style.minHeight = last ? `${Math.round(last.top + last.height)}px` : "";
  }

  /** The form stands exactly beside its words: of the threads above, those that find no room come after it. */
  function beside(boxes, form) {
    const above = [];
    let room = form.wish;
    for (const each of boxes.slice(0, boxes.indexOf(form))) {
      room -= each.height + GAP;
      if (room < 0) break;
      above.push(each);
    }
    const rest = boxes.filter((each) => each !== form && !above.includes(each));
    form.top = Math.max(form.wish, 0);
    let ceiling = form.top;
    stack(above, -1);
    for (const each of above.toReversed()) {
      each.top = Math.min(each.top, ceiling - GAP - each.height);
      ceiling = each.top;
    }
    let floor = form.top + form.height + GAP;
    for (const each of rest) {
      each.top = Math.max(floor, Number.isFinite(each.wish) ? each.wish : floor);
      floor = each.top + each.height + GAP;
    }
    boxes.sort((one, other) => one.top - other.top);
  }

  function stack(boxes, fixed) {
    let floor = 0;
    boxes.forEach((each) => {
      each.top = Math.max(floor, Number.isFinite(each.wish) ? each.wish : floor);
      floor = each.top + each.height + GAP;
    });
    const chosen = boxes[fixed];
    if (!chosen || !Number.isFinite(chosen.wish) || chosen.wish >= chosen.top) return;
    // Those above move up as far as there is room, so that the chosen one comes to its words.
    const needed = boxes.slice(0, fixed).reduce((sum, each) => sum + each.height + GAP, 0);
    chosen.top = Math.max(needed, chosen.wish, 0);
    let ceiling = chosen.top;
    for (let index = fixed - 1; index >= 0; index -= 1) {
      boxes[index].top = Math.min(boxes[index].top, ceiling - GAP - boxes[index].height);
      ceiling = boxes[index].top;
    }
    floor = chosen.top + chosen.height + GAP;
    for (const each of boxes.slice(fixed + 1)) {
      each.top = Math.max(floor, Number.isFinite(each.wish) ? each.wish : floor);
      floor = each.top + each.height + GAP;
    }
  }

  function plan() {
    planned ||= requestAnimationFrame(lay);
  }

  /** Make a thread the one that is read: it and its words stand out. */
  function choose(talk, { focus = false } = {}) {
    const before = current();
    if (before !== talk) {
      for (const each of document.querySelectorAll(".reading .is-current")) each.classList.remove("is-current");
      talk?.classList.add("is-current");
      if (talk) for (const mark of marksOf(talk.dataset.thread)) mark.classList.add("is-current");
      lay();
    }
    if (!talk || !focus) return;
    talk.closest("details")?.setAttribute("open", "");
    talk.focus({ preventScroll: true });
    const words = marksOf(talk.dataset.thread)[0];
    showPage(words);
    (wide.matches && words ? words : talk).scrollIntoView({ block: wide.matches ? "center" : "start" });
  }

  function follow() {
    const id = location.hash.match(/^#thread-(\d+)$/)?.[1];
    const talk = id && talks().find((each) => each.dataset.thread === id);
    if (talk) choose(talk, { focus: true });
  }

  /** The next (1) or previous (-1) open thread, around the corner. */
  function step(by) {
    const all = open();
    if (!all.length) return;
    const at = all.indexOf(current());
    choose(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length], { focus: true });
  }

  paper.addEventListener("click", (event) => {
    const link = closest(event, "a[href^='#thread-']");
    if (!link || !document.getSelection().isCollapsed) return;
    event.preventDefault();
    history.replaceState(null, "", link.getAttribute("href"));
    follow();
  });
  threads.addEventListener("click", (event) => {
    const talk = closest(event, "[data-thread]");
    if (talk) choose(talk);
  });
  threads.addEventListener("focusin", (event) => {
    const talk = closest(event, "[data-thread]");
    if (talk) choose(talk);
  });
  // Words light up when the pointer is on what was said about them, and the other way round.
  for (const [place, name] of [[paper, "[data-threads]"], [threads, "[data-thread]"]]) {
    for (const kind of ["pointerover", "pointerout"]) {
      place.addEventListener(kind, (event) => {
        const at = closest(event, name);
        const ids = at && (at.dataset.threads ?? at.dataset.thread).split(" ");
        for (const id of ids ?? []) {
          document.getElementById(`thread-${id}`)?.classList.toggle("is-near", kind === "pointerover");
          for (const mark of marksOf(id)) mark.classList.toggle("is-near", kind === "pointerover");
        }
      });
    }
  }

  const watcher = new ResizeObserver(plan);
  watcher.observe(paper);
  for (const each of list.children) watcher.observe(each);
  window.addEventListener("resize", plan);
  wide.addEventListener("change", lay);
  window.addEventListener("hashchange", follow);
  document.fonts.ready.then(plan);
  lay();
  follow();

  return { list, choose, current, step, plan, lay, watch: (element) => watcher.observe(element), top: () => list.getBoundingClientRect().top };
}
