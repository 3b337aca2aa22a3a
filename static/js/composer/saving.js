// Saves what is typed, all the time, and says so. Nothing that was typed is lost: until the server has it, this browser
// keeps a copy; a second tab, a lost connection and an expired session each get a plain question instead of a surprise.
// A copy that is left when the page is closed is sent by the next page of the portal (../offline/outbox.js).
import { forget, keep, kept, prune } from "../offline/kept_drafts.js";
import { holdDraft } from "../offline/locks.js";
import { OUT, submit } from "../offline/sending.js";
import { csrf, fields, say } from "./words.js";

const PAUSE = 1500;
const RETRY = 5000;
// The letter is painted first, the copy may come after it.
const AFTERWARDS = 100;
// So many of those saves are remembered to which there was no answer.
const MOST_TRIED = 10;
// A device that can open the composer without a connection keeps what it last saved.
const worksOffline = "serviceWorker" in navigator;

export function startSaving(form) {
  return new Saving(form);
}

class Saving {
  constructor(form) {
    this.form = form;
    this.state = document.getElementById("save-state");
    this.key = form.dataset.post;
    holdDraft(this.key);
    this.tried = [];
    this.restoring = [];
    // What was typed before this script arrived is not on the server yet.
    this.sent = isAsServed(form) ? snapshot(form) : "";
    this.running = null;
    this.leaving = false;
    this.rest();
    this.offer();
    this.listen();
  }

  listen() {
    this.form.addEventListener("submit", (event) => this.submit(event));
    // Not on the way out by a button that acts: it brought everything along, and this would come after it as a stranger.
    document.addEventListener("visibilitychange", () => document.hidden && !this.leaving && this.isDirty && this.save(true));
    window.addEventListener("pageshow", () => (this.leaving = false));
    document.addEventListener("sign-out:asked", ({ detail }) => detail.push(this.save()));
    document.addEventListener("sign-out:begun", () => {
      this.leaving = true;
      for (const clock of [this.clock, this.copying]) clearTimeout(clock);
    });
    window.addEventListener("online", () => this.isDirty && this.save());
    window.addEventListener("beforeunload", (event) => {
      if (this.isDirty && !this.leaving && this.state.dataset.state === "problem") event.preventDefault();
    });
    document.querySelector("#signed-out [data-again]").addEventListener("click", () => {
      document.querySelector("dialog#signed-out").close();
      this.save();
    });
  }

  get isDirty() {
    return snapshot(this.form) !== this.sent;
  }

  /** What the page shows is what the server has. */
  accept() {
    this.sent = snapshot(this.form);
  }

  /** Whether the server lacks something of this page. */
  get waits() {
    return this.isDirty || this.pictures.length > 0;
  }

  /** {id, alt} of those that wait for their upload, also before their rows are there. */
  get pictures() {
    const rows = [...this.form.querySelectorAll(".picture[data-waiting]")];
    const shown = rows.map((row) => ({ id: row.dataset.waiting, alt: row.querySelector("textarea").value }));
    return [...shown, ...this.restoring.filter(({ id }) => !shown.some((each) => each.id === id))];
  }

  changed() {
    if (!this.waits) return this.settle();
    clearTimeout(this.copying);
    this.copying = setTimeout(() => this.waits && this.keep(), AFTERWARDS);
    if (!this.isDirty) return;
    if (this.state.dataset.state !== "problem") this.tell("changed", say("changed"));
    clearTimeout(this.clock);
    this.clock = setTimeout(() => this.save(), PAUSE);
  }

  /** Resolves when the server has what the page shows, or has said why not. */
  async save(leaving = false) {
    clearTimeout(this.clock);
    if (this.running) await this.running;
    if (!this.isDirty) return true;
    this.running = this.send(leaving);
    const saved = await this.running;
    this.running = null;
    return saved;
  }

  async send(leaving) {
    const sent = snapshot(this.form);
    if (this.state.dataset.state !== "problem") this.tell("saving", say("saving"));
    const [sending, tried] = [values(this.form), this.tried];
    this.tried = [...tried, sending].slice(-MOST_TRIED);
    this.keep();
    let answer;
    try {
      answer = await submit({ save: this.form.dataset.save, values: sending, tried }, { leaving, token: csrf(this.form) });
    } catch (problem) {
      return this.failed(problem);
    }
    const { ok, status, body } = answer;
    this.tried = [];
    this.isReached = false;
    if (ok) return this.done(sent, body);
    if (status === 409 && body.closed) return this.closed(body.closed);
    if (status === 409) return this.conflict(body);
    this.keep();
    this.tell("problem", [say("refused"), ...(body.problems ?? [])].join(": "));
    return false;
  }

  done(sent, body) {
    this.sent = sent;
    this.form.elements.revision.value = body.revision;
    this.form.elements.csrfmiddlewaretoken.value = csrf(this.form);
    if (this.form.dataset.save !== body.save) {
      // The first save gave the post its place: from now on this page is its page.
      this.form.dataset.save = body.save;
      this.form.action = body.edit;
      history.replaceState(null, "", body.edit);
    }
    // Also where more was typed meanwhile: taken back again, it leaves what was saved just now.
    this.tell("saved", say("saved", { time: body.at }));
    this.rest();
    if (this.waits) this.changed();
    else this.settleCopy();
    document.dispatchEvent(new Event("draft:saved"));
    return true;
  }

  rest() {
    this.settled = { state: this.state.dataset.state, nodes: [...this.state.childNodes] };
  }

  /** What was changed is as the server has it, again. */
  settle() {
    if (!["changed", "problem"].includes(this.state.dataset.state)) return;
    this.settleCopy();
    const { state, nodes } = this.settled;
    this.state.dataset.state = state;
    this.state.replaceChildren(...nodes);
  }

  failed(problem) {
    this.keep();
    if (problem === OUT) {
      this.tell("problem", say("out"));
      const dialog = document.querySelector("dialog#signed-out");
      if (!dialog.open) dialog.showModal();
      return false;
    }
    this.tell("problem", say(this.isKept ? "offline" : "noRoom"));
    // So that the page shows this draft when it is loaded again.
    if (this.form.elements.revision.value === "0") history.replaceState(null, "", `${location.pathname}?draft=${this.key}`);
    document.dispatchEvent(new Event("draft:unsent"));
    clearTimeout(this.clock);
    this.clock = setTimeout(() => this.save(), RETRY);
    return false;
  }

  /** Null without a connection; the next save asks again. */
  async dialog(id) {
    return (await import("./tools.js")).tool(this.form, id);
  }

  async closed(sentence) {
    this.keep();
    this.tell("problem", say("refused"));
    const dialog = await this.dialog("closed");
    if (!dialog || dialog.open) return false;
    dialog.querySelector("[data-sentence]").textContent = sentence;
    // The page of the post is one above that of its form.
    dialog.querySelector("a").href = String(new URL("..", this.form.action));
    dialog.showModal();
    return false;
  }

  async conflict(theirs) {
    this.theirs = theirs;
    this.tell("problem", say("refused"));
    this.keep();
    const dialog = await this.dialog("conflict");
    if (!dialog) return false;
    if (!this.asking) {
      dialog.querySelector("[data-keep]").addEventListener("click", () => this.keepMine());
      dialog.querySelector("[data-take]").addEventListener("click", () => this.takeTheirs());
      this.asking = dialog;
    }
    const mine = [...this.form.querySelectorAll("textarea[name^='text-']")].map((area) => area.value).filter(Boolean);
    dialog.querySelector("[data-mine]").textContent = mine.join("\n\n");
    dialog.querySelector("[data-theirs]").textContent = Object.values(theirs.texts).join("\n\n");
    dialog.querySelector("[data-at]").textContent = theirs.at;
    if (!dialog.open) dialog.showModal();
    return false;
  }

  keepMine() {
    this.form.elements.revision.value = this.theirs.revision;
    this.asking.close();
    this.save();
  }

  takeTheirs() {
    this.leaving = true;
    forget(this.key);
    // Not reload(): a browser would put back what was typed here.
    location.replace(location.href);
  }

  /** A button that acts waits for a save under way, so that the two do not meet as strangers. */
  submit(event) {
    if (event.defaultPrevented) return;
    if (!navigator.onLine && !this.isReached) {
      event.preventDefault();
      this.submitIfReached(event.submitter);
      return;
    }
    if (this.running || (event.submitter?.hasAttribute("data-leaves") && this.isDirty)) {
      event.preventDefault();
      const submitter = event.submitter;
      this.save().then((saved) => {
        if (saved || !submitter.hasAttribute("data-leaves")) this.form.requestSubmit(submitter.isConnected ? submitter : null);
      });
      return;
    }
    this.leaving = true;
    clearTimeout(this.clock);
    this.form.elements.csrfmiddlewaretoken.value = csrf(this.form);
  }

  /** A page that cannot be reached would take the place of this one. */
  async submitIfReached(submitter) {
    this.isReached = await import("../offline/reach.js").then(({ isReached }) => isReached()).catch(() => false);
    if (this.isReached) return this.form.requestSubmit(submitter?.isConnected ? submitter : null);
    this.keep();
    this.tell("problem", say("later"));
  }

  tell(state, text) {
    this.state.dataset.state = state;
    this.state.textContent = text;
  }

  // ---- the browser's own copy

  keep(waits = true) {
    clearTimeout(this.copying);
    const { save, upload } = this.form.dataset;
    const edit = new URL(this.form.action).pathname;
    const copy = { values: values(this.form), save, edit, upload, waits, tried: this.tried, pictures: this.pictures };
    this.isKept = keep(this.key, { at: Date.now(), ...copy });
    document.dispatchEvent(new Event("draft:kept"));
  }

  /** The server has everything. */
  settleCopy() {
    clearTimeout(this.copying);
    if (!worksOffline) return forget(this.key);
    this.keep(false);
    prune();
  }

  offer() {
    const place = document.getElementById("unsaved");
    const copy = kept(this.key);
    if (copy && !copy.waits && isKeptPage()) this.showSaved(copy);
    if (!copy?.waits) return;
    this.tried = copy.tried ?? [];
    // The page shows it already (adopt.js), or asks what is to become of it.
    this.isAdopted = isKeptPage() || location.search.includes("draft=");
    if (this.isAdopted) return;
    if (copy.conflict) return this.putBack(copy);
    const texts = copy.values.filter(([name, value]) => name.startsWith("text-") && this.form.elements[name]?.value !== value);
    if (!texts.length && !copy.pictures?.length) return;
    place.hidden = false;
    const time = new Date(copy.at).toLocaleString(document.documentElement.lang || undefined);
    place.querySelector("[data-when]").textContent = say("at", { time });
    place.querySelector("[data-restore]").addEventListener("click", () => {
      place.hidden = true;
      this.putBack(copy);
    });
    place.querySelector("[data-forget]").addEventListener("click", () => {
      forget(this.key);
      this.tried = [];
      place.hidden = true;
    });
  }

  /** The device's own page, without a connection, of a draft that the server has. */
  showSaved(copy) {
    const time = new Date(copy.at).toLocaleTimeString("sr", { hour: "2-digit", minute: "2-digit" });
    this.tell("saved", say("saved", { time }));
    this.rest();
  }

  /** With the revision from which it was typed: what somebody else wrote since then is a conflict. */
  async putBack(copy) {
    (await import("./fill.js")).fill(this.form, copy);
    this.showPictures(copy);
    this.form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** The pictures of the kept draft that wait for their upload. */
  showPictures(copy = this.isAdopted ? kept(this.key) : null) {
    if (!copy?.pictures?.length) return;
    this.restoring = copy.pictures;
    this.form.addEventListener("composer:restored", () => (this.restoring = []), { once: true });
    this.form.dispatchEvent(new CustomEvent("composer:waiting", { detail: copy.pictures }));
  }
}

/** @returns {[string, string][]} */
function values(form) {
  const all = /** @type {[string, string][]} */ ([...fields(form)].filter(([, value]) => typeof value === "string"));
  return all.filter(([name]) => name !== "csrfmiddlewaretoken");
}

const isKeptPage = () => "keptAt" in document.documentElement.dataset;

function snapshot(form) {
  const body = fields(form);
  body.delete("csrfmiddlewaretoken");
  body.delete("revision");
  return JSON.stringify([...body]);
}

function isAsServed(form) {
  return [...form.elements].every((field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked === field.defaultChecked;
    if (field.tagName === "SELECT") {
      const served = [...field.options].findIndex((option) => option.defaultSelected);
      return field.selectedIndex === Math.max(served, 0);
    }
    return !("defaultValue" in field) || field.type === "file" || field.value === field.defaultValue;
  });
}
