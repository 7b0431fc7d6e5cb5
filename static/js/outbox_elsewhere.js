// Sends what was written in rooms that are not open now: after a time without a network one is often somewhere else.

import { connection, viewer } from "./live.js";
import { remove, waiting } from "./outbox_store.js";

const shownRoom = () => document.querySelector("room-timeline")?.dataset.room;

/** One tab does it; the others would only repeat what the server then takes as one (see outbox_store.js). */
export function sendElsewhere() {
  if (!navigator.locks) return sendAll();
  return navigator.locks.request("parlor-outbox", { ifAvailable: true }, (lock) => lock && sendAll());
}

async function sendAll() {
  for (const { nonce, account, at, ...message } of await waiting(viewer.id)) {
    if (message.room === shownRoom()) continue; // its timeline sends it, and shows how it goes
    try {
      await connection.request("send", { ...message, nonce });
      await remove(nonce);
    } catch (error) {
      if (error.code === "disconnected") return;
      // Refused: it waits in its room, where it is shown with the reason.
    }
  }
}

export async function countWaiting() {
  return (await waiting(viewer.id)).length;
}

export async function dropAll() {
  for (const { nonce } of await waiting(viewer.id)) await remove(nonce);
}
