// From page to page without a reload: a link to a page of the shell has that page fetched, and its <main> takes the place of
// this one. The list of rooms, the connection and what was loaded stay. Whenever something is not as expected (another
// version, another account, no page of the shell) the browser follows the link itself, as it does without a script.
//
// `document` hears "page-leave" before a page goes and "page-enter" with `detail.page`, a document in which nothing runs.

import { pageDocument } from "./trusted_html.js";

const OURS = /^\/(?:rooms|direct|people|settings|search|shortcuts|admin)(?:\/|$)/;
const HEADERS = { accept: "text/html" };
const PREFETCHED_FOR_MS = 5_000;
const HOVER_MS = 60;

/** Path and query of the page that is shown. */
let current = location.pathname + location.search;
let asked = null;
let prefetched = null;

const addressOf = (url) => url.pathname + url.search;

/** Goes to a page of ours. */
export async function goTo(address, { push = true, place = null } = {}) {
  const url = new URL(address, location.href);
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  document.documentElement.toggleAttribute("data-loading", true);
  try {
    const { html, answered } = await fetchPage(url, signal);
    const page = pageDocument(html);
    if (signal.aborted) return;
    if (!page || !fits(page)) throw new Error("not for this shell");
    remember();
    document.dispatchEvent(new CustomEvent("page-leave"));
    // An open panel is a step of its own on a phone; the new page takes its place.
    if (push && history.state?.panel) history.replaceState(null, "", answered + url.hash);
    else if (push) history.pushState(null, "", answered + url.hash);
    current = addressOf(new URL(answered, location.href));
    show(page, url, place);
  } catch (error) {
    if (signal.aborted) return;
    if (push) location.assign(url.href);
    else location.reload();
  } finally {
    if (!signal.aborted) document.documentElement.toggleAttribute("data-loading", false);
  }
}

async function fetchPage(url, signal) {
  const ready = prefetched?.address === addressOf(url) && performance.now() - prefetched.at < PREFETCHED_FOR_MS ? prefetched.page : null;
  prefetched = null;
  return (await ready?.catch(() => null)) ?? load(url, { headers: HEADERS, signal });
}

async function load(url, options) {
  const answer = await fetch(url, { credentials: "same-origin", ...options });
  if (!answer.headers.get("content-type")?.startsWith("text/html")) throw new Error("no page");
  return { html: await answer.text(), answered: addressOf(new URL(answer.url || url)) };
}

/** Asked for before the click, and told to the server as such: a page that nobody has seen yet is not read. */
function prefetch(url) {
  if (prefetched?.address === addressOf(url) || addressOf(url) === current || navigator.connection?.saveData) return;
  const page = load(url, { headers: { ...HEADERS, purpose: "prefetch" } });
  page.catch(() => {});
  prefetched = { address: addressOf(url), at: performance.now(), page };
}

/** The same words and styles, of the same version, for the same person: only then do the two pages belong together. */
function fits(page) {
  const same = (name) => page.documentElement.dataset[name] === document.documentElement.dataset[name];
  return same("words") && page.body.dataset.viewerId === document.body.dataset.viewerId && page.body.dataset.viewerKind === document.body.dataset.viewerKind;
}

function show(page, url, place) {
  for (const name of ["theme", "density"]) {
    const value = page.documentElement.dataset[name];
    if (value === undefined) delete document.documentElement.dataset[name];
    else document.documentElement.dataset[name] = value;
  }
  document.body.dataset.pane = page.body.dataset.pane;
  replaceAll(page, "body > .skip-link", () => document.body.firstElementChild);
  const main = document.importNode(page.querySelector("main"), true);
  document.querySelector("main").replaceWith(main);
  document.title = page.title;
  document.dispatchEvent(new CustomEvent("page-enter", { detail: { page } }));
  settle(main, url, place);
}

function replaceAll(page, css, before) {
  for (const old of document.querySelectorAll(css)) old.remove();
  const place = before();
  for (const node of page.querySelectorAll(css)) place.before(document.importNode(node, true));
}

/** Focus and scroll, as a new page would have them. */
function settle(main, url, place) {
  if (place) {
    main.scrollTop = place.main;
    const scroller = main.querySelector(".timeline__scroller");
    if (scroller && place.timeline !== undefined) scroller.scrollTop = place.timeline;
  }
  const target = url.hash.length > 1 && document.getElementById(decodeURIComponent(url.hash.slice(1)));
  if (target) target.scrollIntoView();
  const wanted = main.querySelector("[autofocus]") ?? (main.contains(document.activeElement) ? null : main.querySelector("h1"));
  if (!wanted || main.contains(document.activeElement)) return;
  if (!wanted.matches("input, textarea, button, select, a[href], [tabindex]")) wanted.tabIndex = -1;
  wanted.focus({ preventScroll: true });
}

/** Where the reader is, for the way back. */
function remember() {
  const place = { main: document.querySelector("main").scrollTop, timeline: document.querySelector(".timeline__scroller")?.scrollTop };
  places.set(current, place);
}

const places = new Map();

/** The address of a link that is followed here, or `null`. */
function followed(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || link.target || link.hasAttribute("download") || link.matches("[data-panel-link], [data-card], .mention[data-user]")) return null;
  const url = new URL(link.href);
  if (url.origin !== location.origin || !OURS.test(url.pathname)) return null;
  if (url.hash && addressOf(url) === current) return null;
  return url;
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const url = followed(event);
  if (!url) return;
  event.preventDefault();
  if (addressOf(url) === current && document.querySelector("room-timeline:not([data-detached])")) {
    document.querySelector("[data-to-newest]")?.click();
    document.dispatchEvent(new CustomEvent("page-again"));
    return;
  }
  event.target.closest("dialog")?.close();
  goTo(url);
});

let hover = 0;
document.addEventListener("pointerover", (event) => {
  clearTimeout(hover);
  const url = event.target.closest?.(".room-link") && followed(event);
  if (url && event.pointerType === "mouse") hover = setTimeout(() => prefetch(url), HOVER_MS);
});
document.addEventListener("pointerdown", (event) => {
  const url = event.button === 0 && event.target.closest?.(".room-link") && followed(event);
  if (url) prefetch(url);
});

addEventListener("popstate", () => {
  const address = location.pathname + location.search;
  if (address === current) return; // a panel, or a place in this page
  goTo(location.href, { push: false, place: places.get(address) });
});
