// The service worker: one classic script that portal/web_app.py joins from these modules. Handlers are registered as it
// starts, because browsers start it anew for each event and ignore handlers that come later.
import { onNotificationClick, onPush } from "./push.js";

/** The worker's own scope; the types of pages do not have it. @type {any} */
const worker = self;

// The first worker serves the pages that are open already; a later one waits until they are closed.
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("push", (event) => event.waitUntil(onPush(event)));
worker.addEventListener("notificationclick", (event) => event.waitUntil(onNotificationClick(event)));
