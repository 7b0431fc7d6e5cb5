// Tells the server when nobody looks at this page: five minutes without a key, a pointer or a touch. One message when it
// begins, one when it ends; what somebody said of themselves (busy) is not touched.

import { connection, onOpen } from "./live.js";

const IDLE_AFTER_MS = 5 * 60_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart", "focus"];

let seenAt = Date.now();
let isAway = false;
let timer = 0;

function say() {
  connection.send("presence", { status: isAway ? "away" : "online", auto: true });
}

/** Looks again when five minutes could be over, not with every sign. */
function look() {
  const left = IDLE_AFTER_MS - (Date.now() - seenAt);
  clearTimeout(timer);
  if (left > 0) {
    timer = setTimeout(look, left);
    return;
  }
  timer = 0;
  isAway = true;
  say();
}

function seen() {
  seenAt = Date.now();
  if (!isAway) return;
  isAway = false;
  say();
  look();
}

export function start() {
  for (const sign of SIGNS) addEventListener(sign, seen, { passive: true, capture: true });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && seen());
  // A new session is online until it says otherwise.
  onOpen(() => isAway && say());
  look();
}
