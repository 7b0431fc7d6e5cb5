// <message-composer>: Enter sends, Shift+Enter makes a line, the field grows, drafts stay. Without a live timeline the
// plain form is sent instead.

import { LiveElement } from "../live_element.js";
import { connection } from "../live.js";
import { loadDraft, saveDraft } from "../drafts.js";
import { t } from "../words.js";

const TYPING_EVERY_MS = 3_000;

class MessageComposer extends LiveElement {
  #form;
  #text;
  #error;
  #room;
  #typingAt = 0;

  start(signal) {
    this.#room = this.dataset.room;
    this.#form = this.querySelector("form");
    this.#text = this.querySelector("textarea");
    this.#error = this.querySelector(".composer__error");
    if (!this.#text.value) this.#text.value = loadDraft(this.#room);
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#text.addEventListener("keydown", (event) => this.#keydown(event));
    this.#text.addEventListener("input", () => this.#input());
    this.closest(".room").addEventListener("return-text", ({ detail }) => this.#takeBack(detail.text));
    addEventListener("keydown", (event) => this.#catchTyping(event), { signal });
    this.#grow();
    if (matchMedia("(hover: hover)").matches && !document.querySelector(".timeline__focus")) this.#text.focus({ preventScroll: true });
  }

  get #live() {
    const timeline = document.querySelector("room-timeline");
    return timeline && !("detached" in timeline.dataset) && !connection.ended;
  }

  #keydown(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    // On a phone Enter is the only way to a new line; there the button sends.
    if (matchMedia("(pointer: coarse) and (hover: none)").matches) return;
    event.preventDefault();
    if (this.#text.value.trim()) this.#form.requestSubmit();
  }

  #submit(event) {
    const text = this.#text.value.trim();
    if (!text || this.#tooLong(text)) {
      event.preventDefault();
      return;
    }
    if (!this.#live) {
      // After the session has ended the server may refuse the form; the words stay here then.
      if (!connection.ended) saveDraft(this.#room, "");
      return;
    }
    event.preventDefault();
    this.dispatchEvent(new CustomEvent("post-text", { bubbles: true, detail: { text } }));
    this.#text.value = "";
    this.#typingAt = 0;
    this.#changed();
    this.#text.focus();
  }

  #tooLong(text) {
    const most = Number(this.dataset.maxBytes);
    const long = new TextEncoder().encode(text).length > most;
    this.#say(long ? t("js.composer.too_long", { kib: Math.floor(most / 1024) }) : "");
    return long;
  }

  #say(sentence) {
    this.#error.textContent = sentence;
    this.#error.hidden = !sentence;
    this.#text.toggleAttribute("aria-invalid", Boolean(sentence));
  }

  #input() {
    this.#changed();
    const now = Date.now();
    if (!this.#text.value.trim() || now - this.#typingAt < TYPING_EVERY_MS) return;
    this.#typingAt = now;
    connection.send("typing", { room: this.#room });
  }

  #changed() {
    if (!this.#error.hidden) this.#say("");
    saveDraft(this.#room, this.#text.value);
    this.#grow();
  }

  /** Browsers without `field-sizing` get the height from the script. */
  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#text.style.blockSize = "auto";
    this.#text.style.blockSize = `${this.#text.scrollHeight}px`;
  }

  #takeBack(text) {
    this.#text.value = this.#text.value ? `${text}\n${this.#text.value}` : text;
    this.#changed();
    this.#text.focus();
  }

  /** Whoever starts to type, with nothing else in focus, writes a message. */
  #catchTyping(event) {
    const free = document.activeElement === document.body || document.activeElement?.matches(".timeline__scroller");
    if (free && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) this.#text.focus();
  }
}

customElements.define("message-composer", MessageComposer);
