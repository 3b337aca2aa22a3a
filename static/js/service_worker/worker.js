// The service worker: one classic script that portal/web_app.py joins from these modules. Handlers are registered as it
// starts, because browsers start it anew for each event and ignore handlers that come later.
import { answerPage, answerStatic, isStatic, keepPages, keepShell, removeOldShells } from "./caching.js";
import { onNotificationClick, onPush } from "./push.js";

/** The worker's own scope; the types of pages do not have it. @type {any} */
const worker = self;

worker.addEventListener("install", (event) => event.waitUntil(keepShell()));
// The first worker serves the pages that are open already; a later one waits until they are closed.
worker.addEventListener("activate", (event) => event.waitUntil(Promise.all([removeOldShells(), worker.clients.claim()])));

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== worker.location.origin) return;
  if (request.mode === "navigate") event.respondWith(answerPage(event));
  else if (isStatic(request.url)) event.respondWith(answerStatic(request));
});

worker.addEventListener("message", (event) => {
  if (event.data?.type === "keep") event.waitUntil(keepPages(event.data));
});

worker.addEventListener("push", (event) => event.waitUntil(onPush(event)));
worker.addEventListener("notificationclick", (event) => event.waitUntil(onNotificationClick(event)));
