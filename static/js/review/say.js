// The form for a new comment or suggestion: beside the selected words, or with a field in which words are chosen by
// keyboard. Answers open in their thread.
import { closest } from "../dom.js";
import { showPage } from "./networks.js";
import { chosenWords, described, textOf } from "./words.js";

export function startSaying(threads, margin) {
  const form = document.querySelector("form#say");
  if (!form) return null;
  const fields = form.elements;
  const select = form.querySelector("select#say-place");
  const chooser = form.querySelector("textarea#say-choose");
  const chosenLine = form.querySelector("[data-chosen]");
  const passages = () => [...document.querySelectorAll(".passage-text[data-place]")];
  const passage = () => passages().find((each) => each.dataset.place === select.value);
  let kind = "comment";
  let opener = null;

  form.querySelector("[data-say-close]").hidden = false;
  for (const button of threads.querySelectorAll("[data-say]")) button.hidden = false;
  form.querySelector("[data-of=text]").hidden = true;
  // The form came back with a sentence why it was refused: then it stays open as it is.
  const refused = form.querySelector("#say-problem");
  if (refused) kind = fields.replacement.value ? "suggest" : "comment";
  else form.hidden = true;
  arrange();
  if (refused) {
    show();
    if (!fields.quote.value) offerWords();
  }

  function arrange() {
    const about = select.selectedOptions[0]?.dataset.kind ?? "";
    const isSuggestion = kind === "suggest";
    form.querySelector("#say-heading").textContent = threads.querySelector(`[data-say=${kind}]`)?.textContent.trim() ?? "";
    for (const each of form.querySelectorAll("[data-of=suggest]")) each.hidden = !isSuggestion;
    for (const each of form.querySelectorAll("[data-of=comment]")) each.hidden = isSuggestion;
    form.querySelector("[data-of=picture]").hidden = about !== "picture" || isSuggestion;
    for (const option of select.options) option.hidden = option.disabled = isSuggestion && option.dataset.kind !== "text";
    const hasWords = about === "text" && fields.quote.value !== "";
    chosenLine.hidden = !hasWords;
    chosenLine.querySelector("[data-chosen-text]").textContent = fields.quote.value;
    chosenLine.lang = passage()?.lang ?? "";
  }

  /** The words now in the form's fields; null: none. */
  function take(what) {
    for (const name of ["start", "end", "quote", "before", "after"]) fields[name].value = what?.[name] ?? "";
  }

  /** The text in which words are chosen by keyboard; false where it is not about a text. */
  function offerWords() {
    const text = passage();
    form.querySelector("[data-choose]").hidden = !text;
    if (!text) return false;
    chooser.value = textOf(text);
    chooser.lang = text.lang;
    chooser.setSelectionRange(0, 0);
    chosenLine.hidden = true;
    return true;
  }

  function chooseByHand() {
    if (!offerWords()) return;
    chooser.focus();
  }

  function show() {
    form.hidden = false;
    form.classList.add("is-open");
    margin.list.prepend(form);
    margin.watch(form);
    margin.lay(); // at once: what follows scrolls to where the form stands
  }

  function open(wanted, what = null) {
    kind = wanted;
    opener = document.activeElement;
    refused?.remove();
    if (what?.place) select.value = what.place;
    else if (kind === "suggest" || !select.value) select.value = passages()[0]?.dataset.place ?? "";
    if (kind === "suggest") showPage(passage());
    take(what?.quote ? what : null);
    if (what?.sides) for (const [name, value] of Object.entries(what.sides)) fields[name].value = value;
    form.querySelector("[data-choose]").hidden = true;
    form.dataset.top = what?.box ? String(what.box.top - margin.top()) : "";
    fields.replacement.value = kind === "suggest" ? (what?.quote ?? "") : "";
    arrange();
    margin.choose(null);
    show();
    if (!what && passage()) {
      if (kind === "suggest") return chooseByHand();
      offerWords(); // offered, while one already writes: a comment needs no words of the post
    }
    const field = kind === "suggest" ? fields.replacement : fields.text;
    field.focus();
    field.select?.();
    form.scrollIntoView({ block: "nearest" });
  }

  function close() {
    form.hidden = true;
    form.classList.remove("is-open");
    document.dispatchEvent(new CustomEvent("said:close"));
    margin.plan();
    opener?.isConnected && opener.focus();
  }

  select.addEventListener("change", () => {
    take(null);
    arrange();
    chooseByHand();
    if (passage()) select.focus();
    margin.plan();
  });
  // Words are chosen here, not written: the caret stays visible, typing changes nothing.
  chooser.addEventListener("beforeinput", (event) => event.preventDefault());
  chooser.addEventListener("drop", (event) => event.preventDefault());
  function readChooser() {
    const what = described(select.value, chooser.value, chooser.selectionStart, chooser.selectionEnd);
    const before = fields.quote.value;
    take(what);
    if (kind === "suggest" && (!fields.replacement.value || fields.replacement.value === before)) fields.replacement.value = fields.quote.value;
    chosenLine.hidden = !what;
    chosenLine.querySelector("[data-chosen-text]").textContent = fields.quote.value;
  }
  document.addEventListener("selectionchange", () => {
    if (document.activeElement === chooser) readChooser();
  });
  // The event of the last key may come only after the next field has the focus.
  chooser.addEventListener("blur", readChooser);
  form.querySelector("[data-rechoose]").addEventListener("click", chooseByHand);
  form.querySelector("[data-say-close]").addEventListener("click", close);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) close();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(form.querySelector(`.form-actions button[value=${kind}]`));
  });
  // As with the buttons below the words: what is selected before is what it is about. On some screens a press already
  // takes the selection away.
  let selected = null;
  threads.addEventListener("pointerdown", (event) => {
    const button = closest(event, "[data-say]");
    selected = button && chosenWords(document.getElementById("paper"));
  });
  threads.addEventListener("click", (event) => {
    const button = closest(event, "[data-say]");
    if (button) {
      open(button.dataset.say, chosenWords(document.getElementById("paper")) ?? selected);
      selected = null;
    }
    const link = closest(event, "a.act");
    if (!link) return;
    event.preventDefault();
    answer(link.closest("[data-thread]"));
  });

  /** The answer's form, one for the page, below the thread that is answered. */
  function answer(talk) {
    let box = threads.querySelector("form.talk-answer");
    if (!box) {
      box = document.querySelector("template#answer-form").content.querySelector("form").cloneNode(true);
      box.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && !event.defaultPrevented) {
          const home = box.closest("[data-thread]");
          box.remove();
          home.focus();
        }
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) box.requestSubmit(box.querySelector(".button:not([name])"));
      });
    }
    box.action = `${threads.dataset.base}${talk.dataset.thread}/answer/`;
    talk.append(box);
    margin.choose(talk);
    box.querySelector("textarea").focus();
  }

  return { open, answer, form };
}
