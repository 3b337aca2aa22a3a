// Suggestions while one writes. "/" at the beginning of a line opens the templates and snippets of the library. "@" opens
// accounts of other municipalities; a text that goes to several networks gets the name, as each has another way to write
// the account.
import { insertText } from "../insert.js";
import { fold, Listbox } from "../listbox.js";
import { say } from "./words.js";

const MOST = 8;
const SLASH = /(?:^|\n)\/([^\n/]{0,40})$/;
const AT = /(?:^|[\s(„"])@([\p{L}\p{M}\p{N}._-]{0,40})$/u;

const lists = new WeakMap();
const loaded = new Map();

/** What fits before the cursor of a text field is offered below it, now and while one types on. */
export function suggest(form, field) {
  if (!lists.has(field)) lists.set(field, new Suggestions(form, field));
  lists.get(field).update();
}

/** What is at the address, asked for once; nothing while the connection or the session is gone. */
function load(url, name) {
  if (!loaded.has(url)) {
    const answer = fetch(url, { redirect: "manual", headers: { Accept: "application/json" } });
    loaded.set(url, answer.then((got) => (got.ok ? got.json() : Promise.reject(got.status))).then((body) => body[name]));
    loaded.get(url).catch(() => loaded.delete(url));
  }
  return loaded.get(url).catch(() => []);
}

class Suggestions {
  constructor(form, field) {
    this.form = form;
    this.field = field;
    this.fitting = [];
    this.list = document.createElement("ul");
    this.list.className = "suggestions";
    this.list.id = `${field.id}-suggestions`;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", say("suggestions"));
    field.after(this.list);
    for (const [name, value] of [["aria-autocomplete", "list"], ["aria-haspopup", "listbox"], ["aria-controls", this.list.id]]) {
      field.setAttribute(name, value);
    }
    this.box = new Listbox(field, this.list, (value) => this.take(this.fitting[Number(value)].text));
    field.addEventListener("input", () => this.update());
    field.addEventListener("blur", () => this.close());
    field.addEventListener("keydown", (event) => {
      if (this.list.hidden) return;
      if (event.key === "Escape") this.close();
      else if (!this.box.press(event.key, ["Enter", "Tab"])) return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  close() {
    this.list.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }

  before() {
    return this.field.value.slice(0, this.field.selectionStart);
  }

  async update() {
    const before = this.before();
    const isLineEnd = /^(\n|$)/.test(this.field.value.slice(before.length));
    const slash = isLineEnd ? before.match(SLASH) : null;
    const at = slash ? null : before.match(AT);
    if (!slash && !at) return this.close();
    const entries = slash ? await this.texts() : await this.accounts();
    if (this.before() !== before || document.activeElement !== this.field) return;
    const words = slash ? slash[1] : at[1];
    this.from = before.length - words.length - 1;
    const sought = fold(words).split(/\s+/).filter(Boolean);
    this.fitting = entries.filter(({ key }) => sought.every((word) => key.includes(word))).slice(0, MOST);
    if (!this.fitting.length) return this.close();
    this.box.show(this.fitting.map(({ label }, place) => ({ label, value: String(place) })));
    this.list.style.insetBlockStart = `${this.field.offsetTop + this.field.offsetHeight}px`;
    this.list.hidden = false;
    this.list.scrollIntoView({ block: "nearest" });
  }

  async texts() {
    const all = await load(`${this.form.dataset.suggestions}?tag=${encodeURIComponent(this.field.lang)}`, "suggestions");
    return all.map(({ name, text }) => ({ text, label: `${name} · ${text.replace(/\s+/g, " ").slice(0, 70)}`, key: fold(`${name} ${text}`) }));
  }

  /** A text of one channel mentions accounts of its network; the text of all mentions them where all are of one network. */
  async accounts() {
    const own = this.field.name.match(/^own-(\d+)-/)?.[1];
    const chosen = [...this.form.querySelectorAll("[name=channels]")].filter(({ type, checked, value }) => (own ? value === own : checked || type === "hidden"));
    const networks = new Set(chosen.map(({ dataset }) => dataset.network));
    const all = (await load(this.form.dataset.accounts, "accounts")).filter(({ platform }) => networks.has(platform));
    const isOne = networks.size === 1;
    const entries = all.map(({ handle, name, municipality }) => ({
      text: isOne ? handle : name,
      label: isOne ? `${handle} · ${name}` : name,
      key: fold(`${handle} ${name} ${municipality}`),
    }));
    // The accounts of a municipality often have the same name on each network.
    return [...new Map(entries.map((entry) => [entry.text, entry])).values()];
  }

  take(text) {
    const { from, field } = this;
    this.close();
    insertText(field, text, from, field.selectionStart);
    // The first gap of a template is what one types next.
    const gap = text.match(/\{\{[^{}]*\}\}/);
    if (gap) field.setSelectionRange(from + gap.index, from + gap.index + gap[0].length);
  }
}
