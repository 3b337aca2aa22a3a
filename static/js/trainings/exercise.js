// The clock of an exercise counts by the server's time and says it at a few moments; what somebody types stays while
// the page renews what citizens say.

const SAID_AT = [15, 10, 5, 2, 1];
const said = document.querySelector("[data-announce]");
let ahead = null; // how far the server's clock is ahead of this one
let told = null;

function tick() {
  const clock = document.querySelector("[data-until]");
  if (!clock) return;
  ahead ??= Date.parse(clock.dataset.now) - Date.now();
  const left = Math.max(Math.round((Date.parse(clock.dataset.until) - Date.now() - ahead) / 1000), 0);
  clock.querySelector("[data-left]").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  announce(left);
}

function announce(left) {
  const minutes = Math.ceil(left / 60);
  const now = left === 0 ? 0 : SAID_AT.includes(minutes) ? minutes : null;
  if (now === null || now === told) return;
  told = now;
  said.textContent = now ? `${said.dataset.minutes} ${now}` : said.dataset.over;
}

/** @type {{texts: Map<string, string>, focus: string, range: readonly [number, number] | null} | null} */
let kept = null;

document.addEventListener("htmx:beforeSwap", () => {
  const fields = [...document.querySelectorAll("#talks textarea")];
  const current = document.activeElement;
  kept = {
    texts: new Map(fields.map((field) => [field.id, field.value])),
    focus: current?.closest?.("#talks") ? current.id : "",
    range: current?.matches?.("textarea") ? /** @type {const} */ ([current.selectionStart, current.selectionEnd]) : null,
  };
});

document.addEventListener("htmx:afterSwap", () => {
  if (!document.querySelector("[data-until]")) return location.reload(); // it ended, so other buttons are right
  ahead = null;
  tick();
  for (const [id, text] of kept?.texts ?? []) {
    const field = document.querySelector(`textarea#${CSS.escape(id)}`);
    if (field) field.value = text;
  }
  const field = kept?.focus && document.querySelector(`textarea#${CSS.escape(kept.focus)}`);
  if (!field) return;
  field.focus({ preventScroll: true });
  if (kept.range) field.setSelectionRange(kept.range[0], kept.range[1]);
});

setInterval(tick, 1000);
tick();
