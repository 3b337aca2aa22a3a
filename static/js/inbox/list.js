// The list by keyboard: j, k and the arrows go from row to row, Enter opens (it is a link), x selects, a goes to what can be done with
// the selected ones, z undoes what was just done.
import { startShortcuts } from "../shortcuts.js";

const list = document.querySelector("[data-rows]");
// New ones may come while the page is open (live_list.js).
const rowsNow = () => [...(list?.children ?? [])];
const ticksNow = () => rowsNow().map((row) => row.querySelector(".inbox-tick input")).filter(Boolean);
const current = () => rowsNow().findIndex((row) => row.contains(document.activeElement));

function go(step) {
  const rows = rowsNow();
  if (!rows.length) return false;
  const at = current();
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[next].querySelector(".list-link").focus();
  rows[next].scrollIntoView({ block: "nearest" });
}

function select() {
  const tick = rowsNow()[current()]?.querySelector(".inbox-tick input");
  if (!tick) return false;
  tick.checked = !tick.checked;
  tick.dispatchEvent(new Event("change", { bubbles: true }));
}

const all = document.querySelector("[data-all]");
if (all) {
  const box = all.querySelector("input");
  box.addEventListener("change", () => ticksNow().forEach((tick) => (tick.checked = box.checked)));
  const reckon = () => {
    const ticks = ticksNow();
    const count = ticks.filter((tick) => tick.checked).length;
    box.checked = count === ticks.length;
    box.indeterminate = count > 0 && count < ticks.length;
  };
  list.addEventListener("change", reckon);
  list.addEventListener("rows", reckon);
  reckon();
}

function chooseAct() {
  const act = document.getElementById("bulk-act");
  if (!act) return false;
  act.focus();
}

function undo() {
  const button = document.querySelector(".messages form button");
  if (!button) return false;
  button.click();
}

startShortcuts("inbox-keys", {
  j: () => go(1), k: () => go(-1), ArrowDown: () => go(1), ArrowUp: () => go(-1), x: select, a: chooseAct, z: undo,
});
