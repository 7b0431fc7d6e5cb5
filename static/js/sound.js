// A short tone for messages that are worth a notification, for those who want one. It is made here, of two sine waves: there
// is no file to load.

import { connection, viewer } from "./live.js";

const QUIET_MS = 2_000;

let context;
let last = 0;

/** Whether this message would be notified, as far as the page knows. */
function isWorthIt(frame) {
  if (frame.type !== "message" || frame.author?.id === viewer.id) return false;
  const shown = document.querySelector("room-timeline")?.dataset.room;
  if (shown === frame.room && document.visibilityState === "visible") return false;
  const level = document.querySelector(`room-list [data-room="${CSS.escape(frame.room)}"]`)?.dataset.level ?? "all";
  if (level === "nothing") return false;
  return level === "all" || frame.everyone === true || frame.mentions?.some(({ id }) => id === viewer.id) === true;
}

function play() {
  if (Date.now() - last < QUIET_MS) return;
  last = Date.now();
  context ??= new AudioContext();
  // Without a click on the page before, browsers keep silent.
  if (context.state === "suspended") context.resume().catch(() => {});
  const start = context.currentTime;
  for (const [frequency, at] of [[660, 0], [880, 0.09]]) {
    const [tone, volume] = [context.createOscillator(), context.createGain()];
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.0001, start + at);
    volume.gain.exponentialRampToValueAtTime(0.08, start + at + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + at + 0.22);
    tone.connect(volume).connect(context.destination);
    tone.start(start + at);
    tone.stop(start + at + 0.25);
  }
}

export function start() {
  connection.addEventListener("frame", ({ detail }) => isWorthIt(detail) && play());
}
