// Notifications in the service worker: shows what was pushed, and opens the message when somebody clicks on it. Runs behind
// `service_worker.js` in the same script, `/sw.js`.

self.addEventListener("push", (event) => {
  let said;
  try {
    said = event.data.json();
  } catch {
    return; // nothing of ours
  }
  const { title, body, url, tag } = said;
  event.waitUntil(
    self.registration.showNotification(title, {
      body,
      tag,
      renotify: true,
      data: { url },
      icon: `${self.PARLOR.assets}/icons/icon-192.png`,
      badge: `${self.PARLOR.assets}/icons/icon-192.png`,
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const target = new URL(event.notification.data?.url ?? "/", self.location.origin);
  // Only pages of this server, whatever the notification says.
  if (target.origin === self.location.origin) event.waitUntil(openOrFocus(target.href));
});

/** A window that is open goes there; with none, one is opened. */
async function openOrFocus(address) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = windows.find((client) => client.url === address) ?? windows[0];
  if (!open) return self.clients.openWindow(address);
  try {
    await open.focus();
    if (open.url !== address) await open.navigate(address);
  } catch {
    await self.clients.openWindow(address); // not controlled by this worker
  }
}

/** The browser has another subscription for us: the server is told, so that nothing is lost. */
self.addEventListener("pushsubscriptionchange", (event) => {
  const key = event.oldSubscription?.options.applicationServerKey;
  if (!key) return;
  const renewed = event.newSubscription ? Promise.resolve(event.newSubscription) : self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  event.waitUntil(
    renewed.then((subscription) =>
      fetch("/api/v1/me/push", {
        method: "POST",
        credentials: "same-origin",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(subscription),
      }),
    ),
  );
});
