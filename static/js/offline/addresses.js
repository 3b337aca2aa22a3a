/** Where a kept draft is written on: its own page, or an empty one that shows it while it has none. */
export const address = (key, { edit }) => (edit.endsWith("/new/") ? `${edit}?draft=${key}` : edit);
