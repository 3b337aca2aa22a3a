// On a telephone the text has the whole screen while somebody writes it: its languages above, the tools below, right above
// the keyboard. Browsers make room for a keyboard only in the visual viewport, so the sizes come from there.

let end;

/** Begins with a text field that was tapped; ends with its button, with Escape, or when the focus goes elsewhere. */
export function startWriting(form, field) {
  if (end) return;
  const section = form.querySelector(".composer-text");
  const over = new AbortController();
  const { signal } = over;
  const size = () => {
    const { height, offsetTop } = window.visualViewport ?? { height: window.innerHeight, offsetTop: 0 };
    section.style.setProperty("--visible", `${height}px`);
    section.style.setProperty("--above", `${offsetTop}px`);
  };
  end = () => {
    over.abort();
    end = undefined;
    section.classList.remove("is-writing");
    document.documentElement.classList.remove("is-still");
  };

  section.classList.add("is-writing");
  document.documentElement.classList.add("is-still");
  size();
  for (const name of ["resize", "scroll"]) window.visualViewport?.addEventListener(name, size, { signal });
  // A button that took the focus would close the keyboard before it acts.
  section.querySelector("#text-tools").addEventListener("pointerdown", (event) => event.preventDefault(), { signal });
  section.addEventListener("focusout", ({ relatedTarget }) => {
    const isInside = relatedTarget instanceof Node && section.contains(relatedTarget);
    // A dialog, such as the emoji, gives the focus back.
    if (isInside || document.querySelector("dialog[open]")) return;
    end?.();
    // The page had no height of its own for the section until now.
    if (relatedTarget instanceof Element) relatedTarget.scrollIntoView({ block: "center" });
  }, { signal });
  section.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && end?.(), { signal });
  section.querySelector("[data-end-writing]").addEventListener("click", () => {
    end?.();
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }, { signal });
  field.scrollIntoView({ block: "nearest" });
}
