// A month to choose a day from, for fields in which a day is typed. It comes when it is first opened. Arrow keys go from
// day to day, Page Up and Page Down from month to month, Home and End to the ends of a week; Escape leaves all as it was.
import { isoDay, put, typedDay } from "./dates.js";
import { closest } from "./dom.js";

const HOUR = 3_600_000;
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const language = document.documentElement.lang || "sr";
const names = (options) => new Intl.DateTimeFormat(language, { timeZone: "UTC", ...options });
const monthName = names({ month: "long", year: "numeric" });
const wholeName = names({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const weekdayName = names({ weekday: "short" });
const weekdayWhole = names({ weekday: "long" });

const moment = (iso) => new Date(`${iso}T00:00:00Z`);
const isoOf = (date) => date.toISOString().slice(0, 10);
const shifted = (iso, days) => isoOf(new Date(moment(iso).getTime() + days * 24 * HOUR));
const weekday = (iso) => (moment(iso).getUTCDay() + 6) % 7;

/** The same day of another month, or that month's last. */
function inMonth(iso, months) {
  const [year, month, day] = iso.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return isoOf(new Date(Date.UTC(year, month - 1 + months, Math.min(day, last))));
}

const made = (name, fields = {}, ...children) => {
  const node = Object.assign(document.createElement(name), fields);
  node.append(...children);
  return node;
};

export function pickDay(button) {
  const field = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.pickDay));
  const today = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Belgrade" }).format(new Date());
  let current = isoDay(field.value) || today;
  const chosen = isoDay(field.value);

  const heading = made("h3", { className: "month-name", id: "month-name" });
  heading.setAttribute("aria-live", "polite");
  const grid = made("table", { className: "month" });
  grid.setAttribute("role", "grid");
  grid.setAttribute("aria-labelledby", "month-name");
  const step = (months, symbol, label) => {
    const arrow = made("button", { type: "button", className: "button button-quiet button-icon button-small", textContent: symbol });
    arrow.setAttribute("aria-label", label);
    arrow.addEventListener("click", () => draw(inMonth(current, months)));
    return arrow;
  };
  const { earlier, later } = button.dataset;
  const head = made("div", { className: "month-head" }, step(-1, "‹", earlier), heading, step(1, "›", later));
  const panel = made("div", { className: "month-panel" }, head, grid);
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", button.getAttribute("aria-label"));
  panel.popover = "auto";

  function cell(iso, month) {
    const day = made("button", { type: "button", textContent: String(Number(iso.slice(8))), className: "month-day" });
    day.dataset.day = iso;
    day.tabIndex = iso === current ? 0 : -1;
    day.setAttribute("aria-label", wholeName.format(moment(iso)));
    if (iso === chosen) day.setAttribute("aria-pressed", "true");
    if (iso === today) day.setAttribute("aria-current", "date");
    day.classList.toggle("is-outside", iso.slice(0, 7) !== month);
    const box = made("td", {}, day);
    box.setAttribute("role", "gridcell");
    return box;
  }

  function draw(iso, focus = false) {
    current = iso;
    const month = iso.slice(0, 7);
    heading.textContent = monthName.format(moment(iso));
    const first = shifted(`${month}-01`, -weekday(`${month}-01`));
    const days = Array.from({ length: 42 }, (_, place) => shifted(first, place));
    const weeks = [0, 7, 14, 21, 28, 35].map((start) => days.slice(start, start + 7)).filter((week) => week.some((day) => day.startsWith(month)));
    const titles = days.slice(0, 7).map((day) => made("th", { scope: "col", abbr: weekdayWhole.format(moment(day)), textContent: weekdayName.format(moment(day)) }));
    const rows = weeks.map((week) => made("tr", {}, ...week.map((day) => cell(day, month))));
    grid.replaceChildren(made("thead", {}, made("tr", {}, ...titles)), made("tbody", {}, ...rows));
    if (focus) grid.querySelector(`[data-day="${iso}"]`).focus();
  }

  grid.addEventListener("keydown", (event) => {
    const to = event.key in STEPS ? shifted(current, STEPS[event.key])
      : event.key === "PageUp" ? inMonth(current, event.shiftKey ? -12 : -1)
      : event.key === "PageDown" ? inMonth(current, event.shiftKey ? 12 : 1)
      : event.key === "Home" ? shifted(current, -weekday(current))
      : event.key === "End" ? shifted(current, 6 - weekday(current)) : "";
    if (!to) return;
    event.preventDefault();
    draw(to, true);
  });
  grid.addEventListener("click", (event) => {
    const day = closest(event, "[data-day]");
    if (!day) return;
    panel.hidePopover();
    put(field, typedDay(day.dataset.day));
  });
  // Enter and Escape here belong to the calendar, not to the form or dialog around it.
  panel.addEventListener("keydown", (event) => event.stopPropagation());
  panel.addEventListener("input", (event) => event.stopPropagation());
  panel.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    const wasInside = panel.contains(document.activeElement) || document.activeElement === document.body;
    panel.remove();
    if (wasInside) button.focus();
  });

  button.after(panel);
  draw(current);
  panel.showPopover();
  settle(panel, button.parentElement);
  grid.querySelector("[tabindex='0']").focus();
}

/** Above or below its field, wherever it fits. */
function settle(panel, around) {
  const at = around.getBoundingClientRect();
  const { width, height } = panel.getBoundingClientRect();
  const below = at.bottom + 4;
  const top = below + height < innerHeight ? below : Math.max(8, at.top - height - 4);
  const left = Math.max(8, Math.min(at.left, innerWidth - width - 8));
  Object.assign(panel.style, { inset: `${top}px auto auto ${left}px`, margin: "0" });
}
