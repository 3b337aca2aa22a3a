// Notifications that arrive while no page is open. Part of the service worker: no page, no document, no sessions of its own.

/** @type {any} */
const worker = self;

/** A push message: nothing is shown of one without data that this version understands. */
export async function onPush(event) {
  const shown = read(event.data);
  if (!shown) return;
  await worker.registration.showNotification(shown.title, { body: shown.body, tag: shown.tag, data: { path: shown.path } });
}

/** Opens the place that the notification is about, in a window that is open already where there is one. */
export async function onNotificationClick(event) {
  event.notification.close();
  const path = event.notification.data?.path;
  const url = new URL(typeof path === "string" ? path : "/", worker.location.origin);
  if (url.origin !== worker.location.origin) return;
  const windows = await worker.clients.matchAll({ type: "window" });
  const open = windows.find((client) => client.url === url.href);
  await (open ? open.focus() : worker.clients.openWindow(url.href));
}

/** {title, body, tag, path} of a message; null where it has none. */
function read(data) {
  try {
    const message = data?.json();
    return typeof message?.title === "string" ? message : null;
  } catch {
    return null;
  }
}
