// What the pages do for the time without a network: start the service worker, have it keep the room that is read, send what
// was written for rooms that are not open, and leave nothing behind when somebody logs out.

import { connection, onOpen, viewer } from "./live.js";
import { countWaiting, dropAll, sendElsewhere } from "./outbox_elsewhere.js";
import { workerAddress } from "./trusted_html.js";
import { t } from "./words.js";

const KEEP_AFTER_MS = 15_000;

let timer = 0;
let changed = true;

const shownRoom = () => document.querySelector("room-timeline:not([data-detached])")?.dataset.room;

/** The page as it was loaded gets old while one talks: the worker asks for it anew, without marking it as read. */
function keep() {
  clearTimeout(timer);
  timer = 0;
  if (!changed || !shownRoom() || !navigator.onLine) return;
  changed = false;
  navigator.serviceWorker.controller?.postMessage({ type: "keep", url: location.pathname });
}

function wasChanged() {
  changed = true;
  timer ||= setTimeout(keep, KEEP_AFTER_MS);
}

async function loggingOut(event) {
  const form = event.target.closest?.("form[action='/logout']");
  if (!form || form.dataset.sure) return;
  event.preventDefault();
  const waiting = await countWaiting();
  if (waiting > 0 && !confirm(t("js.outbox.log_out", { count: waiting }))) return;
  await dropAll();
  for (const key of Object.keys(localStorage)) if (key.startsWith("parlor.")) localStorage.removeItem(key);
  navigator.serviceWorker?.controller?.postMessage({ type: "forget" });
  form.dataset.sure = "yes";
  form.requestSubmit();
}

export async function start() {
  addEventListener("submit", loggingOut);
  onOpen(() => sendElsewhere());
  if (!("serviceWorker" in navigator)) return; // plain http: no worker, all else works
  const worker = await navigator.serviceWorker.register(workerAddress());
  if (viewer.kind !== "account") return;
  connection.addEventListener("frame", ({ detail }) => detail.room === shownRoom() && Number.isInteger(detail.seq) && wasChanged());
  document.addEventListener("page-enter", () => (changed = false));
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep());
  onOpen(() => worker.update().catch(() => {})); // after an update of the server, its new version
  await navigator.serviceWorker.ready;
  // The page that brought the worker here was loaded without it.
  if (navigator.serviceWorker.controller) keep();
  else navigator.serviceWorker.addEventListener("controllerchange", keep, { once: true });
}
