// Notifications of this browser: subscribing through the service worker, and ending it. What the worker does with them stands
// in `push_worker.js`.

/** The subscription of this browser, or null. */
export async function subscriptionOf() {
  const worker = await navigator.serviceWorker?.getRegistration();
  return (await worker?.pushManager?.getSubscription()) ?? null;
}

/** Asks for permission, subscribes and tells the server. Rejects with `blocked`, `unsupported` or `failed`. */
export async function subscribe(key) {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) throw new Error("unsupported");
  if ((await Notification.requestPermission()) !== "granted") throw new Error("blocked");
  let answer;
  try {
    const worker = await navigator.serviceWorker.ready;
    answer = await tell(await fresh(worker.pushManager, key));
  } catch {
    throw new Error("failed");
  }
  if (!answer.ok) throw new Error("failed");
}

/** Of the key that the server has now: with another one the push service would refuse what it sends. */
async function fresh(manager, key) {
  const known = await manager.getSubscription();
  const wanted = bytesOf(key);
  if (known && !sameBytes(known.options.applicationServerKey, wanted)) await known.unsubscribe();
  return manager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
}

function tell(subscription) {
  return fetch("/api/v1/me/push", {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(subscription),
  });
}

export async function unsubscribe() {
  const subscription = await subscriptionOf();
  await subscription?.unsubscribe();
}

function bytesOf(base64url) {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}

function sameBytes(buffer, wanted) {
  const known = new Uint8Array(buffer ?? []);
  return known.length === wanted.length && known.every((byte, at) => byte === wanted[at]);
}
