// What our pages add to htmx. Loaded where a page has elements that htmx acts on, and nowhere else.

// htmx reads answers by these two; whatever else would make markup of a text stays forbidden. There is no createScript
// and no createScriptURL, so that no text ever becomes a script.
const READS = new Set(["Document parseHTMLUnsafe", "DOMParser parseFromString"]);
globalThis.trustedTypes?.createPolicy("default", { createHTML: (text, _kind, sink) => (READS.has(sink) ? text : null) });

const { mark } = JSON.parse(document.querySelector('meta[name="htmx-config"]').content);
const token = document.querySelector('meta[name="csrf-token"]')?.content;

// The configuration passes over elements without the page's mark; were that to fail, nothing is sent in their name.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.dataset.htmx !== mark) event.preventDefault();
});

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.dataset.htmx !== mark) return;
  event.detail.headers["X-Page-Mark"] = mark;
  if (token) event.detail.headers["X-CSRFToken"] = token;
});
