// Notifications that arrive while no page is open. Part of the service worker: no page, no document, no sessions of its own.

/** @type {any} */
const worker = self;
const LIST = "/notifications/";
const MARK = { icon: "/static/img/icon-192.png", badge: "/static/img/badge-96.png" };

/**
 * A push message: {id, title, url, tag, lang} of notifications/push_messages.py. Something is always shown, as browsers
 * demand; of a message without data that this version understands the name of the portal.
 */
export async function onPush(event) {
  const { id, title, url, tag, lang } = read(event.data);
  // A newer one about the same thing takes the place of the older one and rings again; the same one a second time does not.
  const [shown] = await worker.registration.getNotifications({ tag });
  const renotify = Boolean(shown && shown.data?.id !== id);
  await worker.registration.showNotification(title, { ...MARK, lang, tag, renotify, data: { id, url } });
}

/** Opens what the notification is about, in a window that shows it already where there is one. */
export async function onNotificationClick(event) {
  event.notification.close();
  const { origin } = worker.location;
  const url = new URL(event.notification.data?.url ?? LIST, origin);
  const target = url.origin === origin ? url.href : origin + LIST;
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = windows.find((client) => client.url === target);
  await (open ? open.focus() : worker.clients.openWindow(target));
}

/** The data of a message, complete. */
function read(data) {
  const nothing = { id: 0, title: "Dobošar", url: LIST, tag: "portal", lang: "" };
  try {
    const message = data?.json();
    return typeof message?.title === "string" && message.title ? { ...nothing, ...message } : nothing;
  } catch {
    return nothing;
  }
}
