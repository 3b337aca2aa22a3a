/** The number of the person for whom the page was made; empty on pages for strangers. */
export const person = document.querySelector("meta[name=person]")?.getAttribute("content") ?? "";
