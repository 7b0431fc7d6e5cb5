// <connection-status>: an amber line after a second without connection, a sentence after five. Never in the way.

import { LiveElement } from "../live_element.js";
import { connection, onOpen, viewer } from "../live.js";
import { explain, t } from "../words.js";

const LINE_AFTER_MS = 1_000;
const SENTENCE_AFTER_MS = 5_000;
const CALM_FOR_MS = 8_000;

class ConnectionStatus extends LiveElement {
  #timers = [];

  start(signal) {
    if (viewer.kind === "nobody") return;
    signal.addEventListener("abort", () => this.#stop());
    connection.addEventListener("down", () => this.#waiting(), { signal });
    connection.addEventListener("ended", ({ detail }) => this.#ended(detail.error), { signal });
    addEventListener("offline", () => this.#waiting(), { signal });
    this.closest(".room").addEventListener("room-closed", ({ detail }) => this.#say(explain(detail.error)));
    if (connection.ended) this.#ended(null);
    else this.#waiting();
    onOpen(() => this.#connected(), signal);
  }

  #waiting() {
    if (this.#timers.length > 0 && this.dataset.calm === undefined) return;
    this.#stop();
    this.#timers = [
      setTimeout(() => this.#line(true), LINE_AFTER_MS),
      setTimeout(() => this.#say(this.#sentence()), SENTENCE_AFTER_MS),
    ];
  }

  #sentence() {
    const why = navigator.onLine ? t("js.connection.down") : t("js.connection.offline");
    return `${why} ${t("js.connection.go_on")}`;
  }

  #connected() {
    this.#stop();
    this.#line(false);
    this.#say(connection.makeshift ? t("js.connection.makeshift") : "");
    if (!connection.makeshift) return;
    // Everything works: it is worth a word and no warning.
    this.dataset.calm = "";
    this.#timers = [setTimeout(() => this.#say(""), CALM_FOR_MS)];
  }

  #ended(error) {
    this.#stop();
    this.#line(true);
    this.#say(error ? explain(error) : t("js.connection.ended"));
  }

  #stop() {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    delete this.dataset.calm;
  }

  #line(on) {
    this.closest(".room").classList.toggle("room--waiting", on);
  }

  #say(sentence) {
    if (this.textContent !== sentence) this.textContent = sentence;
  }
}

customElements.define("connection-status", ConnectionStatus);
