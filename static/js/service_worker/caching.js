// What the worker keeps: the static files of its version, and of one person the few pages that `KEPT` lists. Nothing else,
// and nothing with messages, needs or numbers of citizens: docs/adr/0037-offline.md.

/** The worker's own scope. @type {any} */
const worker = self;
/** {version, hashed, shell}: portal/web_app.py writes it before this script. @type {any} */
const { CONFIGURATION } = /** @type {any} */ (globalThis);

const SHELL = `dobosar-shell-${CONFIGURATION.version}`;
const PAGES = "dobosar-pages-";
const OFFLINE = "/offline/";
// A new page of the portal needs its line here and `kept_offline` at its view: neither keeps a page by itself.
const KEPT = [
  /^\/offline\/$/,
  /^\/m\/[-\w]+\/posts\/new\/$/,
  /^\/m\/[-\w]+\/posts\/\d+\/edit\/$/,
  /^\/m\/[-\w]+\/posts\/today\/$/,
];
const EDITS = /^(\/m\/[-\w]+\/posts\/)\d+\/edit\/$/;

export const isStatic = (url) => CONFIGURATION.shell.includes(new URL(url).pathname);

/** Fetches the shell. A device without room for it works as before, with a connection. */
export async function keepShell() {
  try {
    await (await caches.open(SHELL)).addAll(CONFIGURATION.shell);
  } catch {
    await caches.delete(SHELL).catch(() => {});
  }
}

export async function removeOldShells() {
  const names = await caches.keys().catch(() => []);
  const old = names.filter((name) => name.startsWith("dobosar-shell-") && name !== SHELL);
  // Pages name the files of their own version, so they go with them; the next page that is opened keeps new ones.
  const pages = old.length ? names.filter((name) => name.startsWith(PAGES)) : [];
  await Promise.all([...old, ...pages].map((name) => caches.delete(name)));
}

/** A file with its hash in its name never changes; one without is asked for first. */
export async function answerStatic(request) {
  if (CONFIGURATION.hashed) return (await found(SHELL, request.url)) ?? fetch(request);
  try {
    return await fetch(request);
  } catch {
    return (await found(SHELL, request.url)) ?? Response.error();
  }
}

/** The server's page; without a connection the kept one, for a draft without one the empty composer, or what offline says. */
export async function answerPage(event) {
  const { pathname, search } = new URL(event.request.url);
  try {
    const response = await fetch(event.request);
    // A page for a certain day or service is none for others.
    if (!search && isKept(pathname, response)) event.waitUntil(store(pathname, response.clone()));
    return response;
  } catch {
    for (const path of [pathname, pathname.replace(EDITS, "$1new/"), OFFLINE]) {
      const page = KEPT.some((pattern) => pattern.test(path)) && (await keptPage(path));
      if (page) return page;
    }
    return Response.error();
  }
}

/** Fetches pages that were not kept in the last `seconds`; those of others go. */
export async function keepPages({ person, pages, seconds }) {
  await removePagesOfOthers(person);
  for (const path of pages.filter((each) => KEPT.some((pattern) => pattern.test(each)))) {
    const kept = await keptPage(path);
    if (kept && Date.now() - Number(kept.headers.get("X-Kept-At")) < seconds * 1000) continue;
    try {
      const response = await fetch(path, { credentials: "same-origin", redirect: "manual" });
      if (isKept(path, response) && response.headers.get("X-Kept-For") === person) await store(path, response);
    } catch {
      return;
    }
  }
}

const isKept = (path, response) => response.ok && response.headers.has("X-Kept-For") && KEPT.some((pattern) => pattern.test(path));

async function removePagesOfOthers(person) {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PAGES) && name !== PAGES + person).map((name) => caches.delete(name)));
}

/** Keeps the page of the person for whom it was made, with the time, which the page then shows. */
async function store(path, response) {
  const person = response.headers.get("X-Kept-For");
  const headers = new Headers(response.headers);
  for (const name of ["Content-Encoding", "Content-Length", "Vary"]) headers.delete(name);
  const at = Date.now();
  headers.set("X-Kept-At", String(at));
  const text = (await response.text()).replace("<html ", `<html data-kept-at="${new Date(at).toISOString()}" `);
  try {
    await removePagesOfOthers(person);
    await (await caches.open(PAGES + person)).put(path, new Response(text, { headers }));
  } catch {
    // No room: without a connection the page will not be there, and says so.
  }
}

async function keptPage(path) {
  const names = await caches.keys().catch(() => []);
  for (const name of names.filter((each) => each.startsWith(PAGES))) {
    const page = await found(name, path);
    if (page) return page;
  }
  return undefined;
}

async function found(name, url) {
  return (await caches.open(name)).match(url, { ignoreVary: true, ignoreSearch: true }).catch(() => undefined);
}
