// The one place where text of our server becomes elements. Browsers hold it (`trusted-types` in the page's policy): every
// other way from text to markup, such as innerHTML, throws.

// Older browsers have no trusted types; they hold the rest of the policy.
const policy = globalThis.trustedTypes?.createPolicy("portal", { createHTML: (text) => text });

// What loads or leads away by itself. The policy of the page forbids most of it again. A fragment may bring its styles.
const ACTS = "base, embed, frame, iframe, link:not([rel=stylesheet]), meta, object, script, style";

/** A document of its own, in which nothing runs, without what could act once it is in the page. */
export function parsed(text) {
  const found = new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, "text/html");
  clean(found);
  return found;
}

/** The nodes of a fragment, to be put into the page. */
export function contents(text) {
  // Without the tag, a style at the beginning would go into the head of the document.
  return [...parsed(`<body>${text}`).body.childNodes];
}

function clean(root) {
  for (const element of root.querySelectorAll(ACTS)) element.remove();
  for (const element of root.querySelectorAll("*")) {
    for (const name of element.getAttributeNames()) if (/^(on|srcdoc$)/i.test(name)) element.removeAttribute(name);
    if (element instanceof HTMLTemplateElement) clean(element.content);
  }
}
