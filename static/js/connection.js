// One WebSocket to the server: it finds its way back after every loss, pairs replies with requests, and tells the page
// about frames ("frame"), the state ("open", "down", "ended") and reads made here ("frame" of type "read"). Where no WebSocket
// gets through, a stream of events takes its place (event_line.js), until one does again.

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const STABLE_AFTER_MS = 5_000;
const REPLY_WITHIN_MS = 15_000;
const READ_EVERY_MS = 500;
const CLOSED_BY_POLICY = 1008;
const WELCOME_WITHIN_MS = 10_000;
/** So many WebSockets in a row that come to nothing, and the other way is tried, in turn with them. */
const REFUSALS = 3;
const RETURN_AFTER_MS = 30_000;
const LONGEST_RETURN_MS = 600_000;

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
  #welcomeTimer = 0;
  #refusals = 0;
  #returnDelay = RETURN_AFTER_MS;
  #returnTimer = 0;
  /** A WebSocket that is tried while a stream of events is in use. */
  #candidate = null;
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

  /** True while a stream of events stands in for the WebSocket. */
  get makeshift() {
    return this.#ready && !(this.#socket instanceof WebSocket);
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
    if (!this.#ready) {
      if (!this.#socket) this.#open();
      return;
    }
    this.#probe();
    this.#tryReturn();
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
    if (this.#refusals < REFUSALS || this.#refusals % 2 === 0) {
      this.#take(new WebSocket(this.#url, "parlor.v1.html"));
      return;
    }
    const opening = { close() {} };
    this.#socket = opening;
    import("./event_line.js").then(
      ({ EventLine }) => opening === this.#socket && this.#take(new EventLine()),
      () => opening === this.#socket && this.#lost(1006),
    );
  }

  #take(socket) {
    this.#socket = socket;
    socket.addEventListener("message", (event) => socket === this.#socket && this.#receive(event.data));
    socket.addEventListener("close", (event) => socket === this.#socket && this.#lost(event.code));
    // Some proxies let the handshake pass and nothing after it.
    this.#welcomeTimer = setTimeout(() => {
      if (socket !== this.#socket || this.#ready) return;
      this.#lost(1006);
      socket.close();
    }, WELCOME_WITHIN_MS);
  }

  /** Looks whether a WebSocket gets through again. Once it is welcomed, it takes over. */
  #tryReturn() {
    clearTimeout(this.#returnTimer);
    if (this.#candidate || !this.makeshift) return;
    const candidate = new WebSocket(this.#url, "parlor.v1.html");
    this.#candidate = candidate;
    this.#returnDelay = Math.min(LONGEST_RETURN_MS, this.#returnDelay * 2);
    const giveUp = setTimeout(() => candidate.close(), WELCOME_WITHIN_MS);
    const isOver = () => {
      clearTimeout(giveUp);
      this.#candidate = null;
    };
    candidate.addEventListener("close", () => {
      if (this.#candidate !== candidate) return;
      isOver();
      if (this.makeshift) this.#returnTimer = setTimeout(() => this.#tryReturn(), this.#returnDelay);
    });
    candidate.addEventListener("message", ({ data }) => {
      isOver();
      if (!this.makeshift) {
        candidate.close();
        return;
      }
      const line = this.#socket;
      this.#letGo();
      this.#take(candidate);
      line.close();
      this.#receive(data);
    }, { once: true });
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
    clearTimeout(this.#welcomeTimer);
    this.#stableTimer = setTimeout(() => {
      this.#attempts = 0;
      if (this.makeshift) return;
      this.#refusals = 0;
      this.#returnDelay = RETURN_AFTER_MS;
    }, STABLE_AFTER_MS);
    if (this.makeshift) this.#returnTimer = setTimeout(() => this.#tryReturn(), this.#returnDelay);
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
    // A stream that was in use is tried again; what came to nothing gives the other way its turn.
    if (!(this.makeshift && this.#attempts === 0) && this.#plannedDelay === null) this.#refusals += 1;
    this.#letGo();
    if (this.#ended) return;
    if (code === CLOSED_BY_POLICY) {
      this.#end(null);
      return;
    }
    this.#emit("down");
    this.#retryTimer = setTimeout(() => this.#open(), this.#nextDelay());
  }

  /** What hung on the connection that is no more. */
  #letGo() {
    this.#socket = null;
    this.#ready = false;
    clearTimeout(this.#stableTimer);
    clearTimeout(this.#welcomeTimer);
    clearTimeout(this.#returnTimer);
    clearInterval(this.#heartbeatTimer);
    for (const id of [...this.#waiting.keys()]) this.#settle(id, "reject", new RequestError("disconnected", "The connection was lost."));
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
