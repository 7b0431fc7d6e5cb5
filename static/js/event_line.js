// The page's way to the server where no WebSocket gets through: a stream of events to hear, requests to speak. It has the
// face of a WebSocket (`send`, `close`, "message", "close"), so that the connection over it need not know. Loaded when needed.

const LINES = 32; // the server takes as many commands in one request
const LONGEST_REQUEST = 60_000;
const BROKEN = 1006;
const BY_POLICY = 1008;

export class EventLine extends EventTarget {
  #stop = new AbortController();
  #session = null;
  #queue = [];
  #speaking = false;
  #over = false;
  #code = BROKEN;

  constructor() {
    super();
    this.#listen().catch(() => {}).then(() => this.#end());
  }

  send(text) {
    this.#queue.push(text);
    if (!this.#speaking) this.#speak();
  }

  close() {
    this.#end();
  }

  async #listen() {
    const headers = { accept: "text/event-stream" };
    const answer = await fetch("/api/v1/events?html=1", { headers, cache: "no-store", signal: this.#stop.signal });
    if (answer.status === 401) this.#code = BY_POLICY;
    if (!answer.ok) return;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      blocks.forEach((block) => this.#take(block));
    }
  }

  /** A comment is passed on as nothing: it says that the line lives. */
  #take(block) {
    const data = block.split("\n").find((line) => line.startsWith("data: "))?.slice(6) ?? "";
    if (data && this.#session === null) this.#session = JSON.parse(data).session;
    // Whoever is sent away without a time to come back is not wanted.
    if (/^event: bye$/m.test(block)) this.#code = "reconnect_after_ms" in JSON.parse(data) ? BROKEN : BY_POLICY;
    this.#tell(data);
  }

  /** In order: one request at a time, with all that waits. */
  async #speak() {
    this.#speaking = true;
    for (let most = LINES; this.#queue.length > 0 && !this.#over; ) {
      const lines = this.#next(most);
      const answer = await this.#post(lines.join("\n"));
      if (answer?.status === 429) {
        await new Promise((resolve) => setTimeout(resolve, 1_000 * (Number(answer.headers.get("retry-after")) || 1)));
      } else if (answer?.ok || (lines.length === 1 && answer?.status >= 400 && answer.status < 500 && answer.status !== 404)) {
        if (!answer.ok) this.#refused(lines[0], await answer.json().catch(() => ({})));
        this.#queue.splice(0, lines.length);
        most = LINES;
      } else if (lines.length > 1 && (answer?.status === 400 || answer?.status === 413)) {
        most = 1; // one of them is not understood, and none was carried out: find out which
      } else {
        // Nobody knows how much of it has arrived. Whoever waits for an answer is told, and repeats it under its nonce.
        this.#end();
      }
    }
    this.#speaking = false;
  }

  #next(most) {
    const lines = [];
    for (let length = 0; lines.length < Math.min(most, this.#queue.length); ) {
      length += this.#queue[lines.length].length * 3; // UTF-8 at its longest
      if (lines.length > 0 && length > LONGEST_REQUEST) break;
      lines.push(this.#queue[lines.length]);
    }
    return lines;
  }

  #post(body) {
    return fetch(`/api/v1/events/${this.#session}`, { method: "POST", body, signal: this.#stop.signal }).catch(() => null);
  }

  #refused(line, { code = "bad_request", detail = "" }) {
    this.#tell(JSON.stringify({ type: "error", id: JSON.parse(line).id, code, message: detail }));
  }

  #tell(data) {
    if (!this.#over) this.dispatchEvent(new MessageEvent("message", { data }));
  }

  #end() {
    if (this.#over) return;
    this.#over = true;
    this.#stop.abort();
    this.dispatchEvent(new CloseEvent("close", { code: this.#code }));
  }
}
