// <connection-status>: an amber line after a second without connection, a sentence after five. Never in the way.

import { LiveElement } from "../live_element.js";
import { connection, onOpen, viewer } from "../live.js";

const LINE_AFTER_MS = 1_000;
const SENTENCE_AFTER_MS = 5_000;

class ConnectionStatus extends LiveElement {
  #timers = [];

  start(signal) {
    if (viewer.kind === "nobody") return;
    signal.addEventListener("abort", () => this.#stop());
    connection.addEventListener("down", () => this.#waiting(), { signal });
    connection.addEventListener("ended", ({ detail }) => this.#ended(detail.message), { signal });
    addEventListener("offline", () => this.#waiting(), { signal });
    this.closest(".room").addEventListener("room-closed", ({ detail }) => this.#say(detail.message));
    if (connection.ended) this.#ended("");
    else this.#waiting();
    onOpen(() => this.#connected(), signal);
  }

  #waiting() {
    if (this.#timers.length > 0) return;
    this.#timers = [
      setTimeout(() => this.#line(true), LINE_AFTER_MS),
      setTimeout(() => this.#say(this.#sentence()), SENTENCE_AFTER_MS),
    ];
  }

  #sentence() {
    const why = navigator.onLine ? "Not connected; trying again." : "You are offline.";
    return `${why} You can read and write on; what you send goes out once the connection is back.`;
  }

  #connected() {
    this.#stop();
    this.#line(false);
    this.#say("");
  }

  #ended(message) {
    this.#stop();
    this.#line(true);
    this.#say(message || "The server has ended this session. Load the page again to go on; what you typed is kept.");
  }

  #stop() {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
  }

  #line(on) {
    this.closest(".room").classList.toggle("room--waiting", on);
  }

  #say(sentence) {
    if (this.textContent !== sentence) this.textContent = sentence;
  }
}

customElements.define("connection-status", ConnectionStatus);
