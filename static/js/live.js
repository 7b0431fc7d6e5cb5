// The page's one connection and who is looking. Elements import it; app.js starts it.

import { Connection } from "./connection.js";

const address = new URL("/ws", location.href);
address.protocol = location.protocol === "https:" ? "wss:" : "ws:";

export const viewer = { id: document.body.dataset.viewerId ?? "", kind: document.body.dataset.viewerKind ?? "nobody" };

export const connection = new Connection(address);

/** Calls `listener(frame)` for each frame of one room, until the signal ends it. */
export function onRoomFrame(room, listener, signal) {
  connection.addEventListener("frame", ({ detail }) => detail.room === room && listener(detail), { signal });
}

/** Calls `listener()` now if there is a connection, and whenever it comes back. */
export function onOpen(listener, signal) {
  connection.addEventListener("open", () => listener(), { signal });
  if (connection.ready) queueMicrotask(() => connection.ready && !signal?.aborted && listener());
}
