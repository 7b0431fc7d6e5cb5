// <thread-panel>: a message and everything that answers it, as the server's page has it, kept up with the room. What is
// written here goes out through the room, so that it is retried and shown as pending like everything else.

import { ComposerField } from "../composer_field.js";
import { loadDraft, saveDraft } from "../drafts.js";
import { eventNode } from "../event_node.js";
import { LiveElement } from "../live_element.js";
import { connection, onRoomFrame } from "../live.js";
import { regroup } from "../timeline_groups.js";
import { showNewReplies } from "../timeline_state.js";

const PAGE = 200;

class ThreadPanel extends LiveElement {
  #room;
  #root;
  #list;
  #scroller;

  start(signal) {
    const timeline = document.querySelector("room-timeline");
    this.#room = this.dataset.room;
    this.#root = Number(this.dataset.root);
    this.#list = this.querySelector("[data-thread-list]");
    this.#scroller = this.querySelector(".thread__scroller");
    // The same messages stand in the timeline: an id is there once.
    for (const node of this.querySelectorAll(".message[id]")) node.removeAttribute("id");
    regroup(this.querySelector(".thread__root .message"), 1);
    for (const line of this.querySelectorAll(".thread__root .day-line")) line.remove();
    regroup(this.#list.querySelector(".message"));
    if (!timeline || timeline.dataset.room !== this.#room) return; // the page by itself
    this.#list.setAttribute("role", "log");
    for (const footer of timeline.querySelectorAll(`.message[data-seq="${this.#root}"] .message__thread`)) showNewReplies(footer, 0);
    this.#catchUp().then(() => (this.#scroller.scrollTop = this.#scroller.scrollHeight));
    this.#actions(timeline, signal);
    this.#compose(timeline, signal);
    onRoomFrame(this.#room, (frame) => this.#receive(frame), signal);
    connection.addEventListener("open", () => this.#catchUp(), { signal });
  }

  #receive(frame) {
    if (frame.type === "message" && frame.thread === this.#root) this.#add([frame]);
  }

  get #last() {
    const nodes = this.#list.querySelectorAll(".message[data-seq]");
    return Number(nodes.item(nodes.length - 1)?.dataset.seq ?? this.#root);
  }

  /** What has come since the page was made, and while the connection was away. */
  async #catchUp() {
    if (!connection.ready) return;
    try {
      const { events, more } = await connection.request("thread", { room: this.#room, seq: this.#root, after: this.#last, limit: PAGE });
      this.#add(events);
      this.querySelector("[data-more]")?.parentElement.remove();
      if (more) await this.#catchUp();
    } catch {
      // What is here stays.
    }
  }

  #add(events) {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroller;
    const atEnd = scrollTop + clientHeight > scrollHeight - 48;
    for (const event of events) {
      const node = event.seq > this.#last && eventNode(event);
      if (!node) continue;
      node.removeAttribute("id");
      this.querySelector(".thread__empty")?.remove();
      this.#list.append(node);
      regroup(node);
    }
    if (atEnd) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  async #actions(timeline, signal) {
    const { MessageActions } = await import("./message-actions.js");
    if (!signal.aborted) new MessageActions(timeline, this.#scroller, { signal });
  }

  #compose(timeline, signal) {
    const form = this.querySelector("form.thread__form");
    if (!form) return;
    const text = form.querySelector("textarea");
    const place = `${this.#room}:${this.#root}`;
    text.value ||= loadDraft(place);
    const field = new ComposerField({
      text,
      list: form.querySelector(".completion"),
      room: this.#room,
      submit: () => form.requestSubmit(),
      changed: () => saveDraft(place, text.value),
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const words = text.value.trim();
      if (!words) return;
      const detail = { text: words.replace(/^\/\//, "/"), replyTo: this.#root, fromThread: true };
      timeline.closest(".room").dispatchEvent(new CustomEvent("post-text", { detail }));
      field.value = "";
    }, { signal });
    if (matchMedia("(hover: hover)").matches) text.focus({ preventScroll: true });
  }
}

customElements.define("thread-panel", ThreadPanel);
