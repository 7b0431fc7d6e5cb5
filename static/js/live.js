// The page's one connection and who is looking. Elements import it; app.js starts it.

import { Connection } from "./connection.js";

const address = new URL("/ws", location.href);
address.protocol = location.protocol === "https:" ? "wss:" : "ws:";

export const viewer = { id: document.body.dataset.viewerId ?? "", kind: document.body.dataset.viewerKind ?? "nobody" };

export const connection = new Connection(address);

/** Calls `listener(frame)` for each frame of one room. */
export function onRoomFrame(room, listener) {
  connection.addEventListener("frame", ({ detail }) => detail.room === room && listener(detail));
}
