// Messages on their way: shown at once, sent with a nonce, sent again with the same nonce after a loss, until the server
// has acknowledged them. Until then they are kept in the browser (outbox_store.js), whatever becomes of this tab.

import { connection, viewer } from "./live.js";
import { put, remove, waiting } from "./outbox_store.js";
import { explain, t } from "./words.js";

const TRY_LATER = new Set(["disconnected", "unavailable", "rate_limited"]);
const TRY_LATER_MS = 2_000;

/** 128 random bits; `crypto.randomUUID` does not exist on plain-http hosts of a home network. */
function newNonce() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Outbox {
  #room;
  #entries = new Map();
  /** What came while the kept ones were being read. */
  #settled = new Set();
  #joined = false;
  #signal;
  #show;
  #returnText;

  /** `show(node)` puts a pending message at the end; `returnText(text, replyTo)` gives a withdrawn text back to the field. */
  constructor({ room, show, returnText, signal }) {
    this.#room = room;
    this.#signal = signal;
    this.#show = show;
    this.#returnText = returnText;
    connection.addEventListener("down", () => (this.#joined = false), { signal });
    signal.addEventListener("abort", () => (this.#joined = false));
    this.#load();
  }

  /** Shows a message and sends it as soon as the room is joined. `replyTo` is the seq of the message it answers. */
  post(text, replyTo) {
    const entry = { nonce: newNonce(), account: viewer.id, room: this.#room, text, at: new Date().toISOString() };
    if (replyTo) entry.reply_to = replyTo;
    put(entry);
    this.#add(entry);
  }

  /** The room is joined: send everything that has no acknowledgement, oldest first. */
  resume() {
    this.#joined = true;
    for (const entry of this.#entries.values()) this.#transmit(entry);
    this.#load(); // what another tab has left
  }

  /** The message event has come: its pending copy goes. Returns true if there was one. */
  settle(nonce, seq) {
    if (nonce) this.#settled.add(nonce);
    for (const entry of this.#entries.values()) {
      if (entry.nonce !== nonce && entry.seq !== seq) continue;
      entry.node.remove();
      entry.node.dataset.gone = ""; // it may wait aside while older messages are read
      this.#entries.delete(entry.nonce);
      remove(entry.nonce);
      return true;
    }
    return false;
  }

  /** Another tab may have written here, and closed before it was sent. */
  async #load() {
    const kept = await waiting(viewer.id);
    if (this.#signal.aborted) return;
    for (const entry of kept) {
      if (entry.room === this.#room && !this.#entries.has(entry.nonce) && !this.#settled.has(entry.nonce)) this.#add(entry);
    }
  }

  #add({ nonce, text, at, reply_to: replyTo }) {
    const node = document.getElementById("pending-message").content.querySelector("article").cloneNode(true);
    node.id = `m-pending-${nonce}`;
    delete node.dataset.seq;
    node.dataset.at = at;
    node.querySelector(".message__text").textContent = text;
    const entry = { nonce, text, replyTo, at, node, seq: null, busy: false, failed: false };
    node.querySelector("[data-retry]").addEventListener("click", () => this.#retry(entry));
    node.querySelector("[data-withdraw]").addEventListener("click", () => this.#withdraw(entry));
    this.#entries.set(nonce, entry);
    this.#show(node);
    this.#transmit(entry);
  }

  async #transmit(entry) {
    if (!this.#joined || entry.busy || entry.failed || entry.seq !== null) return;
    entry.busy = true;
    try {
      const ack = await connection.request("send", { room: this.#room, text: entry.text, nonce: entry.nonce, reply_to: entry.replyTo });
      this.#acknowledged(entry, ack.seq);
    } catch (error) {
      this.#refused(entry, error);
    } finally {
      entry.busy = false;
    }
  }

  #acknowledged(entry, seq) {
    entry.seq = seq;
    entry.node.classList.add("message--sent");
    remove(entry.nonce);
    // A repeated send may be acknowledged after its event was already shown.
    if (document.getElementById(`m-${seq}`)) this.settle(entry.nonce, seq);
  }

  #refused(entry, error) {
    if (!TRY_LATER.has(error.code)) {
      this.#fail(entry, explain(error));
      return;
    }
    setTimeout(() => this.#transmit(entry), TRY_LATER_MS);
  }

  #fail(entry, reason) {
    entry.failed = true;
    entry.node.classList.add("message--failed");
    entry.node.querySelector(".message__failed").hidden = false;
    entry.node.querySelector("[data-reason]").textContent = t("js.outbox.not_sent", { reason });
  }

  #retry(entry) {
    entry.failed = false;
    entry.node.classList.remove("message--failed");
    entry.node.querySelector(".message__failed").hidden = true;
    this.#transmit(entry);
  }

  #withdraw(entry) {
    entry.node.remove();
    this.#entries.delete(entry.nonce);
    remove(entry.nonce);
    this.#returnText(entry.text, entry.replyTo);
  }
}
