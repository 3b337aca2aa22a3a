// Pages of the inbox that follow what happens while they are open. The server says in a stream that something has changed,
// and nothing more; the page then asks what. Without a stream (its process does not run, a proxy holds it back) it asks every
// quarter of a minute instead. Nothing is asked while nobody sees the page.

const LEAST_GAP = 1500;
// Who goes from message to message needs none.
const BEGINS_AFTER = 800;
const POLL = 15_000;
const MOST_POLL = 120_000;
// A process that was killed is back after some seconds; where there is none, it is asked for ever less.
const RETRY_STREAM = 3000;
const MOST_RETRY_STREAM = 120_000;
// A stream that has not begun by then is held back somewhere; one that was silent for so long is dead (each ends after a minute).
const BEGINS_WITHIN = 8000;
const SILENT = 100_000;

/**
 * @param {string} url of the stream
 * @param {() => Promise<boolean>} check asks what has changed and shows it; false when the server could not be asked
 */
export function follow(url, check) {
  /** @type {EventSource | null} */
  let stream = null;
  let poll, wait, guard, isTold = false, isAsking = false, again = false, pause = POLL, retry = RETRY_STREAM, askedAt = 0;

  async function ask() {
    if (isAsking) return void (again = true);
    isAsking = true;
    again = false;
    clearTimeout(wait);
    stopPolling();
    askedAt = Date.now();
    const worked = await check().catch(() => false);
    isAsking = false;
    pause = worked ? POLL : Math.min(pause * 2, MOST_POLL);
    if (!isTold) schedule();
    if (again) soon();
  }

  /** Several changes within a moment are asked about once. */
  function soon() {
    clearTimeout(wait);
    wait = setTimeout(ask, Math.max(0, askedAt + LEAST_GAP - Date.now()));
  }

  function schedule() {
    if (!document.hidden) poll ??= setTimeout(ask, pause);
  }

  function stopPolling() {
    clearTimeout(poll);
    poll = undefined;
  }

  function close() {
    clearTimeout(guard);
    stream?.close();
    stream = null;
    isTold = false;
  }

  /** Polls, and tries a stream again later. */
  function giveUp() {
    close();
    schedule();
    guard = setTimeout(begin, retry);
    retry = Math.min(retry * 2, MOST_RETRY_STREAM);
  }

  function begin() {
    close();
    if (document.hidden || !("EventSource" in window)) return;
    const source = new EventSource(url);
    let hasBegun = false;
    guard = setTimeout(giveUp, BEGINS_WITHIN);
    const alive = () => {
      retry = RETRY_STREAM;
      clearTimeout(guard);
      guard = setTimeout(begin, SILENT);
      stopPolling();
      isTold = true;
    };
    source.addEventListener("ready", () => {
      alive();
      // What came between the page and the stream.
      if (!hasBegun) soon();
      hasBegun = true;
    });
    source.addEventListener("changed", () => {
      alive();
      hasBegun = true;
      soon();
    });
    source.addEventListener("error", () => {
      // The browser connects again by itself unless the server has none.
      if (source.readyState === EventSource.CLOSED) return giveUp();
      clearTimeout(guard);
      guard = setTimeout(giveUp, BEGINS_WITHIN);
    });
    stream = source;
  }

  function wake() {
    if (document.hidden) {
      stopPolling();
      close();
    } else if (!isTold) {
      ask();
      begin();
    }
  }

  document.addEventListener("visibilitychange", wake);
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && wake());
  if ("EventSource" in window) guard = setTimeout(begin, BEGINS_AFTER);
  else schedule();
}
