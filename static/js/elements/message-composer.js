// <message-composer>: writes into the room: new messages, answers, and new texts for old ones. Drafts stay, and a text that
// begins with a slash is a command. Without a connection that can be used the plain form is sent instead.

import { ComposerField } from "../composer_field.js";
import { LiveElement } from "../live_element.js";
import { connection, viewer } from "../live.js";
import { loadDraft, saveDraft } from "../drafts.js";
import { explain, t } from "../words.js";

const TYPING_EVERY_MS = 3_000;
const QUOTED_CHARS = 200;

class MessageComposer extends LiveElement {
  #form;
  #text;
  #error;
  #room;
  #field;
  #typingAt = 0;
  /** What the text is for: `{ kind: "new" | "reply" | "edit", seq }`. */
  #target = { kind: "new" };
  /** The draft that an edit has put aside. */
  #aside = "";

  start(signal) {
    this.#room = this.dataset.room;
    this.#form = this.querySelector("form");
    this.#text = this.querySelector("textarea");
    this.#error = this.querySelector(".composer__error");
    if (!this.#text.value) this.#text.value = loadDraft(this.#room);
    if (this.dataset.replyTo) this.#target = { kind: "reply", seq: Number(this.dataset.replyTo) };
    this.#field = new ComposerField({
      text: this.#text,
      list: this.querySelector(".completion"),
      room: this.#room,
      submit: () => this.#form.requestSubmit(),
      changed: () => this.#changed(),
    });
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#text.addEventListener("keydown", (event) => this.#keydown(event));
    this.#text.addEventListener("input", () => this.#typing());
    this.querySelector("[data-cancel]").addEventListener("click", (event) => this.#cancelled(event));
    this.querySelector("[data-preview-toggle]").addEventListener("click", () => this.#togglePreview());
    this.querySelector("[data-insert-emoji]").addEventListener("click", (event) => this.#pickEmoji(event.currentTarget));
    const on = (what, listener) => this.closest(".room").addEventListener(what, ({ detail }) => listener(detail), { signal });
    on("return-text", ({ text, replyTo }) => this.#takeBack(text, replyTo));
    on("reply-to", ({ node }) => this.#aimAt("reply", node));
    on("edit-message", ({ node, text }) => this.#edit(node, text));
    addEventListener("keydown", (event) => this.#catchTyping(event), { signal });
    const isSomewhereElse = document.querySelector(".timeline__focus, .message--focused");
    if (matchMedia("(hover: hover)").matches && !isSomewhereElse) this.#text.focus({ preventScroll: true });
  }

  get #timeline() {
    return document.querySelector("room-timeline");
  }

  get #live() {
    return this.#timeline && !connection.ended;
  }

  #keydown(event) {
    if (event.defaultPrevented) return;
    if (event.key === "ArrowUp" && !this.#text.value && !event.shiftKey) this.#editLast(event);
    else if (event.key === "Escape" && this.#target.kind !== "new") this.#cancelled(event);
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
    this.#closePreview();
    this.#answer("");
    if (this.#target.kind === "edit") this.#saveEdit(text);
    else if (/^\/[^/]/.test(text)) this.#command(text);
    else this.#post(text.replace(/^\/\//, "/"));
  }

  #post(text) {
    const detail = { text, replyTo: this.#target.seq };
    this.#aimAt("new");
    this.dispatchEvent(new CustomEvent("post-text", { bubbles: true, detail }));
    this.#clear();
  }

  #clear() {
    this.#typingAt = 0;
    this.#field.value = "";
    this.#text.focus();
  }

  async #saveEdit(text) {
    const { seq } = this.#target;
    try {
      await connection.request("edit", { room: this.#room, seq, text });
      if (this.#target.kind === "edit" && this.#target.seq === seq) this.#endEdit();
    } catch (error) {
      this.#say(t("js.composer.not_changed", { reason: explain(error) }));
    }
  }

  async #command(text) {
    const { runCommand } = await import("../composer_commands.js");
    const { say, answer, problem } = await runCommand(this.#room, text);
    if (problem) return this.#say(problem);
    if (say) return this.#post(say);
    this.#clear();
    this.#answer(answer ?? "");
  }

  /** What a command has to tell, above the field until the next message. */
  #answer(text) {
    const box = this.querySelector("[data-answer]");
    box.hidden = !text;
    box.textContent = text;
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

  #typing() {
    const now = Date.now();
    if (!this.#text.value.trim() || this.#target.kind === "edit" || now - this.#typingAt < TYPING_EVERY_MS) return;
    this.#typingAt = now;
    connection.send("typing", { room: this.#room });
  }

  #changed() {
    if (!this.#error.hidden) this.#say("");
    if (this.#target.kind !== "edit") saveDraft(this.#room, this.#text.value);
  }

  /** Says above the field what the text is for. */
  #aimAt(kind, node) {
    if (this.#target.kind === "edit" && kind !== "edit") this.#endEdit();
    this.#mark(false);
    this.#target = node ? { kind, seq: Number(node.dataset.seq) } : { kind: "new" };
    this.#form.elements.reply_to.value = kind === "reply" ? this.#target.seq : "";
    this.querySelector("[data-target]").hidden = kind === "new";
    for (const aim of this.querySelectorAll("[data-aim]")) aim.hidden = aim.dataset.aim !== kind;
    if (!node) return;
    const name = document.createElement("b");
    name.textContent = kind === "reply" ? node.querySelector(".message__author").textContent : "";
    const words = node.querySelector(".message__text").innerText.slice(0, QUOTED_CHARS);
    this.querySelector("[data-quoted]").replaceChildren(name, " ", words);
    this.#mark(true);
    this.#text.focus();
  }

  /** The message that is answered or changed is marked while that lasts. */
  #mark(on) {
    const { seq } = this.#target;
    if (seq) this.#timeline?.querySelector(`.message[data-seq="${seq}"]`)?.classList.toggle("message--aimed", on);
  }

  #edit(node, text) {
    const draft = this.#target.kind === "edit" ? this.#aside : this.#text.value;
    this.#aimAt("edit", node);
    this.#aside = draft;
    this.#field.value = text;
    this.#text.setSelectionRange(text.length, text.length);
  }

  #endEdit() {
    this.#mark(false);
    this.#target = { kind: "new" };
    this.#aimAt("new");
    this.#field.value = this.#aside;
    this.#aside = "";
    this.#text.focus();
  }

  async #editLast(event) {
    const own = this.#timeline?.querySelectorAll(`.message[data-author="${CSS.escape(viewer.id)}"][data-kind=message][data-seq]:not(.message--deleted)`);
    const last = own && [...own].at(-1);
    if (!last) return;
    event.preventDefault();
    const { DEEDS } = await import("../message_deeds.js");
    await DEEDS.edit(this.#timeline, last);
  }

  #cancelled(event) {
    event.preventDefault();
    event.stopPropagation();
    if (this.#target.kind === "edit") this.#endEdit();
    else this.#aimAt("new");
    this.#text.focus();
  }

  async #pickEmoji(button) {
    const { pickEmoji } = await import("./emoji-picker.js");
    const emoji = await pickEmoji(this.#timeline, button);
    this.#text.focus();
    if (emoji) this.#field.insert(emoji);
  }

  async #togglePreview() {
    const { showPreview } = await import("../composer_preview.js");
    await showPreview(this, this.#text.value);
  }

  #closePreview() {
    const box = this.querySelector("[data-preview]");
    if (!box.hidden) this.#togglePreview();
  }

  #takeBack(text, replyTo) {
    this.#field.value = this.#text.value ? `${text}\n${this.#text.value}` : text;
    const node = replyTo && this.#timeline.querySelector(`.message[data-seq="${replyTo}"]`);
    if (node) this.#aimAt("reply", node);
    this.#text.focus();
  }

  /** Whoever starts to type, with nothing else in focus, writes a message. */
  #catchTyping(event) {
    const free = document.activeElement === document.body || document.activeElement?.matches(".timeline__scroller");
    if (free && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) this.#text.focus();
  }
}

customElements.define("message-composer", MessageComposer);
