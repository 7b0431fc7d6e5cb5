// <typing-line>: who is writing in this room just now, in one quiet line.

import { LiveElement } from "../live_element.js";
import { onRoomFrame, viewer } from "../live.js";
import { t } from "../words.js";

const SHOWN_FOR_MS = 5_000;

class TypingLine extends LiveElement {
  #people = new Map();

  start(signal) {
    onRoomFrame(this.dataset.room, (frame) => {
      if (frame.type === "typing" && frame.user.id !== viewer.id) this.#started(frame.user);
      if (frame.type === "message") this.#stopped(frame.author?.id);
    }, signal);
  }

  #started({ id, name }) {
    clearTimeout(this.#people.get(id)?.timer);
    const timer = setTimeout(() => this.#stopped(id), SHOWN_FOR_MS);
    this.#people.set(id, { name, timer });
    this.#show();
  }

  #stopped(id) {
    clearTimeout(this.#people.get(id)?.timer);
    if (this.#people.delete(id)) this.#show();
  }

  #show() {
    const names = [...this.#people.values()].map(({ name }) => name);
    if (names.length === 0) this.textContent = "";
    else if (names.length === 1) this.textContent = t("js.typing.single", { name: names[0] });
    else if (names.length === 2) this.textContent = t("js.typing.pair", { first: names[0], second: names[1] });
    else this.textContent = t("js.typing.people", { count: names.length });
  }
}

customElements.define("typing-line", TypingLine);
