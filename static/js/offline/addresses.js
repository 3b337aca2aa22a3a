/**
 * Where a kept draft is written on: its own page, or an empty one that shows it where it has none or is closed.
 * @param {string} key @param {{edit: string, closed?: boolean}} draft
 */
export function address(key, { edit, closed }) {
  const empty = closed ? edit.replace(/\d+\/edit\/$/, "new/") : edit;
  return empty.endsWith("/new/") ? `${empty}?draft=${key}` : edit;
}
