// The service worker, served as /sw.js behind one line that says which version this is and which files belong to it
// (`src/web/installed.rs`). It keeps the files of the shell, and the rooms last read, so that both open without a network.
//
// Never half of one version and half of another: every address of a file has its version in it, a page asks for the files
// of its own version only, and the files of a version stay as long as a page of that version is kept.
//
// Pages are private: there is one store for each account, and none is left when somebody logs out.

const { version, assets, files } = self.PARLOR;

const SHELL = `parlor-shell-${version}`;
const SHELLS = "parlor-shell-";
const PAGES = "parlor-pages-";
const OFFLINE = "/offline";
const MOST_PAGES = 30;
const PATIENCE_MS = 4_000;
/** While templates and scripts are being changed, the same address has other bytes from one minute to the next. */
const CHANGES = version === "dev";

/** Rooms and the list of rooms; not a place in a log, and not a question with a query. */
const KEPT = /^\/(?:rooms|rooms\/[^/]+|direct\/[^/]+)$/;
const PRIVATE = /^\/(?:rooms|direct|settings|search)?(?:\/|$)/;

self.addEventListener("install", (event) => {
  event.waitUntil(Promise.all([fill(), self.skipWaiting()]));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([tidy(), self.clients.claim()]));
});

self.addEventListener("message", (event) => {
  const { type, url } = event.data ?? {};
  if (type === "keep" && KEPT.test(new URL(url, location.origin).pathname)) event.waitUntil(refresh(url));
  if (type === "drop") event.waitUntil(drop(new URL(url, location.origin)));
  if (type === "forget") event.waitUntil(forget());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === "/logout") event.respondWith(logOut(request));
  if (request.method !== "GET") return;
  if (url.pathname.startsWith("/static/v-")) event.respondWith(file(request));
  else if (PRIVATE.test(url.pathname) && request.headers.get("accept")?.includes("text/html")) event.respondWith(page(event, url));
});

async function fill() {
  const cache = await caches.open(SHELL);
  await cache.addAll([...files.map((file) => `${assets}/${file}`), OFFLINE]);
}

async function file(request) {
  const kept = await caches.match(request);
  if (kept && !CHANGES) return kept;
  try {
    const answer = await fetch(request);
    if (answer.ok && request.url.includes(`${assets}/`)) {
      const copy = answer.clone();
      const cache = await caches.open(SHELL);
      await cache.put(request, copy).catch(() => {}); // a full disk costs the offline copy, not the page
    }
    return answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

/** The network's page; the kept one if there is no network, or if it takes very long. */
async function page(event, url) {
  const fresh = fetch(event.request);
  event.waitUntil(fresh.then((answer) => keep(answer.clone()), () => {}));
  const kept = KEPT.test(url.pathname) && !url.search ? await find(url) : undefined;
  const late = kept && new Promise((resolve) => setTimeout(() => resolve(kept.clone()), PATIENCE_MS));
  try {
    return await (late ? Promise.race([fresh, late]) : fresh);
  } catch {
    return kept ?? (await instead(url));
  }
}

/** What stands in for a page that is not kept: the room last read for the start page, a sentence for all others. */
async function instead(url) {
  if (url.pathname === "/") {
    const last = await lastRead();
    if (last) return Response.redirect(last, 302);
  }
  return (await caches.match(OFFLINE)) ?? Response.error();
}

async function stores() {
  return (await caches.keys()).filter((name) => name.startsWith(PAGES));
}

async function find(url) {
  for (const name of await stores()) {
    const kept = await (await caches.open(name)).match(url.pathname);
    if (kept) return kept;
  }
  return undefined;
}

async function lastRead() {
  for (const name of await stores()) {
    const keys = await (await caches.open(name)).keys();
    const rooms = keys.filter(({ url }) => new URL(url).pathname !== "/rooms");
    if (rooms.length > 0) return rooms.at(-1).url;
  }
  return null;
}

async function refresh(url) {
  const answer = await fetch(url, { credentials: "same-origin", headers: { accept: "text/html", purpose: "prefetch" } });
  await keep(answer);
}

/** Keeps a page for whoever it was made for; pages of anybody else go. */
async function keep(answer) {
  if (answer.status === 404) return drop(new URL(answer.url));
  if (!answer.ok || answer.type !== "basic" || !answer.headers.get("content-type")?.startsWith("text/html")) return;
  const html = await answer.text();
  const account = /<body [^>]*data-viewer-id="([^"]*)"/.exec(html)?.[1];
  if (account === undefined) return; // no page of the shell: it says nothing about who is logged in
  for (const name of await stores()) if (name !== PAGES + account) await caches.delete(name);
  const url = new URL(answer.url);
  if (!account || url.search || !KEPT.test(url.pathname)) return;
  const headers = new Headers(answer.headers); // its Content-Security-Policy too
  for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  headers.set("x-parlor-assets", /data-words="\/static\/v-([^/"]+)\//.exec(html)?.[1] ?? "");
  const cache = await caches.open(PAGES + account);
  await cache.delete(url.pathname); // the newest stands last
  await cache.put(url.pathname, new Response(html, { headers }));
  const keys = await cache.keys();
  for (const key of keys.slice(0, Math.max(0, keys.length - MOST_PAGES))) await cache.delete(key);
}

/** A room that is not there any more, or not for this account. */
async function drop(url) {
  for (const name of await stores()) await (await caches.open(name)).delete(url.pathname);
}

/** Files of other versions go, but for those that a kept page still needs. */
async function tidy() {
  const needed = new Set([SHELL]);
  for (const name of await stores()) {
    const cache = await caches.open(name);
    for (const key of await cache.keys()) {
      const kept = await cache.match(key);
      needed.add(SHELLS + kept.headers.get("x-parlor-assets"));
    }
  }
  for (const name of await caches.keys()) if (name.startsWith(SHELLS) && !needed.has(name)) await caches.delete(name);
}

async function logOut(request) {
  const answer = await fetch(request);
  // Followed by the browser itself, a redirect cannot be looked into; an error page can.
  if (answer.ok || answer.type === "opaqueredirect") await forget();
  return answer;
}

async function forget() {
  for (const name of await stores()) await caches.delete(name);
}
