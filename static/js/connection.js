// One WebSocket to the server: it finds its way back after every loss, pairs replies with requests, and tells the page
// about frames ("frame"), the state ("open", "down", "ended") and reads made here ("frame" of type "read").

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const STABLE_AFTER_MS = 5_000;
const REPLY_WITHIN_MS = 15_000;
const READ_EVERY_MS = 500;
const CLOSED_BY_POLICY = 1008;

/** A request that got no acknowledgement; `code` is the server's, or `disconnected`. */
export class RequestError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

export class Connection extends EventTarget {
  #url;
  #socket = null;
  #ready = false;
  #ended = false;
  #attempts = 0;
  #retryTimer = 0;
  #stableTimer = 0;
  #heartbeatTimer = 0;
  #heardAt = 0;
  #plannedDelay = null;
  #nextId = 1;
  #waiting = new Map();
  #reads = new Map();
  #readTimer = 0;

  constructor(url) {
    super();
    this.#url = url;
  }

  /** True between `welcome` and the loss of the connection. */
  get ready() {
    return this.#ready;
  }

  get ended() {
    return this.#ended;
  }

  start() {
    addEventListener("online", () => this.reconnectNow());
    addEventListener("pageshow", (event) => event.persisted && this.reconnectNow());
    addEventListener("pagehide", () => this.#socket?.close(1000));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.reconnectNow();
    });
    this.#open();
  }

  /** Tries at once if the connection is down; a short nap of the machine may hide a dead one, so ask it. */
  reconnectNow() {
    if (this.#ended) return;
    if (this.#ready) this.#probe();
    else if (!this.#socket) this.#open();
  }

  /** Sends a frame that wants no reply. Returns false if there is no connection. */
  send(type, fields = {}) {
    if (!this.#ready) return false;
    this.#socket.send(JSON.stringify({ type, ...fields }));
    return true;
  }

  /** Sends a frame and waits for its `ack`; rejects with a `RequestError`. */
  request(type, fields = {}) {
    const id = String(this.#nextId++);
    return new Promise((resolve, reject) => {
      if (!this.send(type, { id, ...fields })) {
        reject(new RequestError("disconnected", "Not connected."));
        return;
      }
      const timer = setTimeout(() => this.#settle(id, "reject", new RequestError("disconnected", "No answer.")), REPLY_WITHIN_MS);
      this.#waiting.set(id, { resolve, reject, timer });
    });
  }

  /** Moves the read cursor, here and for the sidebar of this page. */
  markRead(room, seq) {
    this.#emit("frame", { type: "read", room, seq });
    this.#reads.set(room, seq);
    if (!this.#readTimer) this.#flushReads();
  }

  /** The first read goes out at once; in a busy room the next ones wait and only the last is sent. */
  #flushReads() {
    for (const [room, seq] of this.#reads) this.send("read", { room, seq });
    const more = this.#reads.size > 0;
    this.#reads.clear();
    this.#readTimer = more ? setTimeout(() => this.#flushReads(), READ_EVERY_MS) : 0;
  }

  #open() {
    clearTimeout(this.#retryTimer);
    if (!navigator.onLine) return; // the `online` event comes back here
    this.#socket = new WebSocket(this.#url, "parlor.v1.html");
    const socket = this.#socket;
    socket.addEventListener("message", (event) => socket === this.#socket && this.#receive(event.data));
    socket.addEventListener("close", (event) => socket === this.#socket && this.#lost(event.code));
  }

  #receive(data) {
    this.#heardAt = Date.now();
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    if (frame.type === "welcome") this.#welcomed(frame);
    else if (frame.type === "ack" || frame.type === "pong") this.#settle(frame.id, "resolve", frame);
    else if (frame.type === "bye") this.#plannedDelay = frame.reconnect_after_ms ?? null;
    else if (frame.type === "error") this.#refused(frame);
    else this.#emit("frame", frame);
  }

  #welcomed(frame) {
    this.#ready = true;
    this.#plannedDelay = null;
    this.#stableTimer = setTimeout(() => (this.#attempts = 0), STABLE_AFTER_MS);
    const beat = (frame.heartbeat_seconds || 30) * 1000;
    this.#heartbeatTimer = setInterval(() => Date.now() - this.#heardAt >= beat && this.#probe(), beat);
    this.#emit("open", frame);
  }

  #refused(frame) {
    const error = new RequestError(frame.code, frame.message);
    if (frame.id !== undefined && this.#settle(frame.id, "reject", error)) return;
    if (frame.code === "unauthorized" && !this.#ready) this.#end(error);
  }

  /** A ping with a deadline: a connection that does not answer is given up, not waited for. */
  #probe() {
    const socket = this.#socket;
    this.request("ping").catch(() => {
      if (socket !== this.#socket || Date.now() - this.#heardAt < REPLY_WITHIN_MS) return;
      socket.close();
      this.#lost(1006); // a dead network would delay the close event for minutes
    });
  }

  #lost(code) {
    this.#socket = null;
    this.#ready = false;
    clearTimeout(this.#stableTimer);
    clearInterval(this.#heartbeatTimer);
    for (const id of [...this.#waiting.keys()]) this.#settle(id, "reject", new RequestError("disconnected", "The connection was lost."));
    if (this.#ended) return;
    if (code === CLOSED_BY_POLICY) {
      this.#end(null);
      return;
    }
    this.#emit("down");
    this.#retryTimer = setTimeout(() => this.#open(), this.#nextDelay());
  }

  /** Full jitter: many pages that lost one server must not come back in step. */
  #nextDelay() {
    const planned = this.#plannedDelay;
    this.#plannedDelay = null;
    if (planned !== null) return planned + Math.random() * FIRST_DELAY_MS;
    const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#attempts);
    this.#attempts += 1;
    return Math.random() * ceiling;
  }

  #end(error) {
    this.#ended = true;
    this.#socket?.close();
    this.#emit("ended", { error });
  }

  #settle(id, outcome, value) {
    const entry = this.#waiting.get(String(id));
    if (!entry) return false;
    this.#waiting.delete(String(id));
    clearTimeout(entry.timer);
    entry[outcome](value);
    return true;
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
