// <room-timeline>: the words of one room. Joins it after the last event shown, takes live events in seq order, notices a gap
// and asks again, keeps the reader's place, and moves the read cursor. What can be done with a message is loaded when
// somebody first points at one.

import { eventNode } from "../event_node.js";
import { LiveElement } from "../live_element.js";
import { connection, onOpen, onRoomFrame, viewer } from "../live.js";
import { Outbox } from "../outbox.js";
import { regroup, relabelDays } from "../timeline_groups.js";
import { TimelineScroll } from "../timeline_scroll.js";
import { TimelineWindow } from "../timeline_window.js";
import { t } from "../words.js";

/** Frames that carry a room and a seq but are no entries of its log. */
const NOT_IN_LOG = new Set(["read", "resync", "typing", "presence", "level"]);
const TRY_AGAIN = new Set(["unavailable", "rate_limited"]);
const CLOSED_TO_US = new Set(["forbidden", "not_found"]);
/** Events that change an entry instead of being one; `pinned` is both. */
const CHANGES = new Set(["edited", "deleted", "reaction", "pinned"]);
const FLASH_MS = 2_000;

class RoomTimeline extends LiveElement {
  #room;
  #list;
  #scroll;
  #window = null;
  #outbox;
  /** The last event that is known of, and the last that is an entry of the timeline. */
  #last = 0;
  #lastEntry = 0;
  #read = 0;
  /** The "New" line stands above the first message after this event. */
  #newAfter = 0;
  #joining = false;
  #missed = 0;
  /** The reader has marked something unread: it stays so while they look at it. */
  #held = false;
  #isPostedHere = false;
  #state = null;

  start(signal) {
    const { room, lastSeq, readSeq } = this.dataset;
    this.#room = room;
    this.#read = Number(readSeq);
    this.#newAfter = this.#read;
    this.#list = this.querySelector(".timeline__list");
    const scroller = this.querySelector(".timeline__scroller");
    this.#list.querySelector(".message-forms")?.remove(); // the menu does what these forms do without a script
    const shown = this.#list.querySelectorAll(".message");
    this.#lastEntry = Number(shown.item(shown.length - 1)?.dataset.seq ?? 0);
    this.#last = Math.max(this.#lastEntry, Number(lastSeq));
    regroup(shown.item(0));
    this.#scroll = new TimelineScroll({ scroller, list: this.#list, onMove: () => this.#moved(), signal });
    this.#toFirstPlace(scroller);
    this.#button("newest").addEventListener("click", () => this.#toNewest());
    this.#button("unread").addEventListener("click", () => this.#toUnread());
    this.#list.addEventListener("click", (event) => this.#followInside(event));
    document.addEventListener("visibilitychange", () => this.#visibilityChanged(), { signal });
    // The first pass only rewrites times; from here on what is added is news, also for a screen reader.
    requestAnimationFrame(() => this.#list.setAttribute("role", "log"));
    // Joining by the connection makes one a member: whoever only looks in is asked first, by the button.
    if (viewer.kind === "nobody" || "looking" in this.dataset) return;
    this.#makeWindow(scroller, signal);
    this.#makeOutbox(signal);
    this.#lazyActions(scroller, signal);
    onOpen(() => this.#join(), signal);
    onOpen(() => this.#showButtons(), signal);
    onRoomFrame(room, (frame) => this.#receive(frame), signal);
  }

  /** Brings an entry of the log into view, loading what is around it if need be. Resolves to its node. */
  async show(seq, { flash = true, block = "center" } = {}) {
    const node = await this.#window?.bring(seq);
    if (!node) return null;
    this.#scroll.show(node, block);
    if (flash) this.#flash(node);
    this.#moved();
    return node;
  }

  /** Everything from this message on is unread again, until the reader comes back. */
  async markUnread(seq) {
    this.#held = true;
    this.#read = seq - 1;
    this.#newAfter = this.#read;
    this.#scroll.keep(() => this.#markNew());
    await connection.request("unread", { room: this.#room, seq });
  }

  #button(name) {
    return this.querySelector(`[data-to-${name}]`);
  }

  #makeWindow(scroller, signal) {
    this.#window = new TimelineWindow({
      room: this.#room,
      list: this.#list,
      scroller,
      scroll: this.#scroll,
      older: this.querySelector("[data-older]").parentElement,
      newer: this.querySelector("[data-newer]").parentElement,
      newest: () => this.#lastEntry,
      changed: () => this.#windowChanged(),
      signal,
    });
    this.#moved();
  }

  #makeOutbox(signal) {
    const page = this.closest(".room");
    this.#outbox = new Outbox({
      room: this.#room,
      signal,
      show: (node) => this.#window.addPending(node, this.#isPostedHere),
      returnText: (text, replyTo) => page.dispatchEvent(new CustomEvent("return-text", { detail: { text, replyTo } })),
    });
    page.addEventListener("post-text", ({ detail }) => {
      this.#held = false;
      // What is written in the panel of a thread does not take the reader to the end of the room.
      this.#isPostedHere = !detail.fromThread;
      this.#outbox.post(detail.text, detail.replyTo);
      this.#isPostedHere = false;
    }, { signal });
  }

  /** Opens at the message of a permalink, or at the first unread one if it is further up than the window. */
  #toFirstPlace(scroller) {
    const focus = this.querySelector(".timeline__focus");
    const line = this.#list.querySelector(".new-line");
    if (focus) {
      const message = focus.nextElementSibling;
      focus.remove();
      message?.classList.add("message--focused");
      if (message) this.#scroll.show(message);
    } else if (line && !("detached" in this.dataset) && line.getBoundingClientRect().top < scroller.getBoundingClientRect().top) {
      this.#scroll.show(line, "start");
      this.#missed = this.#list.querySelectorAll(".new-line ~ .message[data-kind=message]").length;
    }
  }

  async #join() {
    if (this.#joining || !this.isConnected) return;
    this.#joining = true;
    try {
      const ack = await connection.request("join", { room: this.#room, after: this.#last });
      if (ack.reset) {
        // Too much was missed to be told one by one: the newest page takes the place of what is here.
        if (this.#window.live) location.reload();
        this.#last = ack.last_seq;
        this.#lastEntry = ack.last_seq;
      }
      if (!this.#held) this.#read = Math.max(this.#read, ack.read_seq ?? 0);
      document.dispatchEvent(new CustomEvent("room-joined", { detail: ack }));
      this.#outbox.resume();
      this.#markRead();
    } catch (error) {
      if (CLOSED_TO_US.has(error.code)) this.#tellClosed(error);
      // The server was too busy: without this the page would look connected and show nothing new.
      else if (TRY_AGAIN.has(error.code)) setTimeout(() => this.#join(), 1000 + Math.random() * 2000);
      // Otherwise the connection was lost, and the next `open` tries again.
    } finally {
      this.#joining = false;
    }
  }

  #tellClosed(error) {
    this.closest(".room").dispatchEvent(new CustomEvent("room-closed", { detail: { error } }));
  }

  #receive(frame) {
    if (frame.type === "resync") {
      this.#join();
    } else if (frame.type === "gone") {
      this.#tellClosed({ code: "gone" });
    } else if (frame.type === "read") {
      if (!this.#held) this.#readUpTo(frame.seq);
    } else if (Number.isInteger(frame.seq) && !NOT_IN_LOG.has(frame.type)) {
      this.#inOrder(frame);
    }
  }

  /** Promise of the page: every event once, in order. A hole is never painted over. */
  #inOrder(frame) {
    if (frame.seq <= this.#last) return;
    if (frame.seq !== this.#last + 1) {
      this.#join();
      return;
    }
    this.#last = frame.seq;
    if (CHANGES.has(frame.type)) this.#change((state) => state.applyChange(frame));
    const node = CHANGES.has(frame.type) && frame.type !== "pinned" ? null : eventNode(frame);
    if (node) this.#add(node, frame);
    this.#markRead();
  }

  /** What changes messages is loaded with the first change; all are applied in the order they came in. */
  async #change(apply) {
    // One promise for all: two imports under way at once need not end in the order they began in.
    this.#state ??= import("../timeline_state.js");
    const state = await this.#state.catch(() => null);
    if (state) this.#scroll.keep(() => apply(state));
    else this.#state = null; // not to be had just now: the next change asks again, and a page loaded anew shows all
  }

  #add(node, frame) {
    const byMe = (frame.author ?? frame.user)?.id === viewer.id;
    const isNews = frame.type === "message" && !byMe;
    const away = document.visibilityState !== "visible";
    const wasAtEnd = this.#scroll.atEnd && this.#window.live;
    this.#lastEntry = frame.seq;
    this.#scroll.keep(() => {
      this.#outbox.settle(frame.nonce, frame.seq);
      if (!this.#window.live || this.#window.find(frame.seq)) return;
      this.#window.append(node);
      if (isNews && away && this.#read >= frame.seq - 1) this.#markNew(frame.seq - 1);
    });
    if (frame.thread) this.#change((state) => state.countReply(frame, isNews && (away || !wasAtEnd)));
    if (isNews && !wasAtEnd) this.#missed += 1;
    this.#showButtons();
  }

  /** The "New" line stands above the first message that was not read, if that is on the page. */
  #markNew(after = this.#newAfter) {
    this.#newAfter = after;
    this.#dropNew();
    const entries = [...this.#list.querySelectorAll(".message[data-seq]")];
    const seqOf = (node) => Number(node.dataset.seq);
    const first = entries.find((node) => node.dataset.kind === "message" && seqOf(node) > after);
    // There may be earlier ones further up, unless what was read last is here or nothing is in between.
    const isAllHere = this.querySelector("[data-older]").parentElement.hidden || seqOf(entries[0]) <= after + 1;
    if (!first || !isAllHere) return;
    first.before(document.getElementById("new-line").content.firstElementChild.cloneNode(true));
    regroup(first, 1);
  }

  #dropNew() {
    const line = this.#list.querySelector(".new-line");
    const after = line?.nextElementSibling;
    line?.remove();
    if (after) regroup(after, 1); // it may belong to the group above again
  }

  async #toNewest() {
    await this.#window?.toNewest();
    this.#scroll.toEnd();
  }

  async #toUnread() {
    const line = this.#list.querySelector(".new-line");
    if (line) {
      this.#scroll.show(line, "start");
    } else {
      // Without a connection nothing can be loaded: the button stays for another time.
      if (!(await this.show(this.#newAfter + 1, { flash: false, block: "start" }))) return;
      this.#scroll.keep(() => this.#markNew());
    }
    this.dataset.unread = "0";
    this.#showButtons();
  }

  /** Links to other messages of this room stay on the page. */
  #followInside(event) {
    const link = event.target.closest("a[data-go]");
    if (!link || !this.#window || !connection.ready || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.show(Number(link.dataset.go)).then((node) => node || location.assign(link.href));
  }

  #flash(node) {
    this.#list.querySelector(".message--focused")?.classList.remove("message--focused");
    node.classList.add("message--focused");
    setTimeout(() => node.classList.remove("message--focused"), FLASH_MS);
  }

  #windowChanged() {
    if (!this.#list.querySelector(".new-line")) this.#scroll.keep(() => this.#markNew());
    this.#moved();
  }

  #moved() {
    if (this.#scroll?.atEnd && this.#isLive) this.#missed = 0;
    this.#showButtons();
    this.#markRead();
    this.#window?.fill();
  }

  get #isLive() {
    return this.#window ? this.#window.live : !("detached" in this.dataset);
  }

  #showButtons() {
    if (!this.#scroll) return;
    const down = this.#button("newest");
    down.hidden = this.#scroll.atEnd && this.#isLive;
    const label = this.#missed > 0 ? t("js.timeline.new_messages", { count: this.#missed }) : t("js.timeline.to_newest");
    if (!down.hidden) down.querySelector("[data-label]").textContent = label;
    const up = this.#button("unread");
    const unread = Number(this.dataset.unread);
    const line = this.#list.querySelector(".new-line");
    const isSeen = line && line.getBoundingClientRect().bottom > this.getBoundingClientRect().top;
    if (isSeen) this.dataset.unread = "0";
    up.hidden = unread === 0 || isSeen || !this.#window || (!line && !connection.ready);
    if (!up.hidden) up.querySelector("[data-label]").textContent = t("js.timeline.first_unread", { count: unread });
  }

  #visibilityChanged() {
    if (document.visibilityState !== "visible") {
      this.#held = false;
      return;
    }
    relabelDays(this.#list);
    this.#markRead();
  }

  /** Read is what could be seen: the window is in front and the newest message in view. */
  #markRead() {
    if (this.#held || !this.#isLive || !connection.ready || this.#read >= this.#last) return;
    if (document.visibilityState !== "visible" || !this.#scroll?.atEnd || !this.#window) return;
    connection.markRead(this.#room, this.#last); // comes back as a frame
  }

  #readUpTo(seq) {
    this.#read = Math.max(this.#read, seq);
    if (this.dataset.unread === "0" && !this.#list.querySelector(".new-line")) this.#newAfter = this.#read;
    if (this.#read < this.#lastEntry || !this.querySelector('.message__thread:not([data-unread="0"])')) return;
    this.#change((state) => state.repliesRead());
  }

  /** The bar, the menu and the keys of messages come with the first need of them; what is pressed meanwhile is not lost. */
  #lazyActions(scroller, signal) {
    const until = new AbortController();
    let pointed = null;
    const pressed = [];
    let loading = false;
    const load = async () => {
      loading = true;
      const { MessageActions } = await import("./message-actions.js");
      until.abort();
      if (!signal.aborted) new MessageActions(this, scroller, { signal, missed: [pointed, ...pressed].filter(Boolean) });
    };
    const needed = (event) => {
      const presses = event.type === "submit" || (event.type === "click" && event.target.closest("[data-thread-link], [data-pick-day], [data-all]"));
      if (presses) event.preventDefault();
      if (presses || event.type === "keydown") pressed.push(event);
      else pointed = event;
      if (!loading) load().catch(() => (loading = false));
    };
    for (const what of ["pointerover", "pointerdown", "focusin", "keydown", "click", "submit"]) {
      scroller.addEventListener(what, needed, { signal: AbortSignal.any([signal, until.signal]), capture: true });
    }
  }
}

customElements.define("room-timeline", RoomTimeline);
