// <room-timeline>: the words of one room. Joins it after the last event shown, puts live events in seq order, notices a
// gap and asks again, keeps the reader's place, and moves the read cursor.

import { LiveElement } from "../live_element.js";
import { connection, onOpen, onRoomFrame, viewer } from "../live.js";
import { Outbox } from "../outbox.js";
import { regroup, relabelDays } from "../timeline_groups.js";
import { TimelineHistory } from "../timeline_history.js";
import { TimelineScroll } from "../timeline_scroll.js";
import { messageNode } from "../trusted_html.js";
import { t } from "../words.js";

/** Frames that carry a room and a seq but are no entries of its log. */
const NOT_IN_LOG = new Set(["read", "resync", "typing", "presence"]);
const TRY_AGAIN = new Set(["unavailable", "rate_limited"]);
const CLOSED_TO_US = new Set(["forbidden", "not_found"]);
const MOST_SHOWN = 800;
const KEPT_AFTER_TRIM = 400;

class RoomTimeline extends LiveElement {
  #room;
  #list;
  #scroll;
  #outbox;
  #last = 0;
  #read = 0;
  #joining = false;
  #detached = false;
  #missed = 0;

  start(signal) {
    const { room, lastSeq, readSeq } = this.dataset;
    this.#room = room;
    this.#read = Number(readSeq);
    this.#detached = "detached" in this.dataset;
    this.#list = this.querySelector(".timeline__list");
    const scroller = this.querySelector(".timeline__scroller");
    const shown = this.#list.querySelectorAll(".message");
    this.#last = Number(shown.item(shown.length - 1)?.dataset.seq ?? lastSeq);
    regroup(shown.item(0));
    this.#scroll = new TimelineScroll(scroller, () => this.#atEnd());
    this.#toFirstPlace(scroller);
    this.querySelector("[data-to-newest]").addEventListener("click", () => this.#scroll.toEnd());
    document.addEventListener("visibilitychange", () => this.#visibilityChanged(), { signal });
    // The first pass only rewrites times; from here on what is added is news, also for a screen reader.
    requestAnimationFrame(() => this.#list.setAttribute("role", "log"));
    // Joining by the connection makes one a member: whoever only looks in is asked first, by the button.
    if (viewer.kind === "nobody" || "looking" in this.dataset) return;
    new TimelineHistory({ room, list: this.#list, link: this.querySelector("[data-older]"), scroller, signal });
    if (!this.#detached) this.#makeOutbox(signal);
    onOpen(() => this.#join(), signal);
    onRoomFrame(room, (frame) => this.#receive(frame), signal);
  }

  /** Opens at the message of a permalink, or at the first unread one if it is further up than the window. */
  #toFirstPlace(scroller) {
    const focus = this.querySelector(".timeline__focus");
    const line = this.#list.querySelector(".new-line");
    if (focus) {
      focus.nextElementSibling?.scrollIntoView({ block: "center" });
    } else if (line && !this.#detached && line.getBoundingClientRect().top < scroller.getBoundingClientRect().top) {
      line.scrollIntoView({ block: "start" });
      this.#missed = this.#list.querySelectorAll(".new-line ~ .message[data-kind=message]").length;
      this.#showPill();
    }
  }

  #makeOutbox(signal) {
    const page = this.closest(".room");
    this.#outbox = new Outbox({
      room: this.#room,
      signal,
      show: (node) => {
        this.#list.append(node);
        regroup(node);
        this.#scroll.toEnd();
      },
      returnText: (text) => page.dispatchEvent(new CustomEvent("return-text", { detail: { text } })),
    });
    page.addEventListener("post-text", ({ detail }) => this.#outbox.post(detail.text));
  }

  async #join() {
    if (this.#joining || !this.isConnected) return;
    this.#joining = true;
    try {
      // Older pages of the log stay as they are: only the room's live end wants what was missed.
      const after = this.#detached ? {} : { after: this.#last };
      const ack = await connection.request("join", { room: this.#room, ...after });
      if (ack.reset && !this.#detached) {
        location.reload();
        return;
      }
      this.#read = Math.max(this.#read, ack.read_seq ?? 0);
      this.#outbox?.resume();
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
    } else if (frame.type === "read") {
      this.#read = Math.max(this.#read, frame.seq);
    } else if (Number.isInteger(frame.seq) && !NOT_IN_LOG.has(frame.type) && !this.#detached) {
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
    const node = frame.html && messageNode(frame.html);
    if (node) this.#add(node, frame);
  }

  #add(node, frame) {
    const away = document.visibilityState !== "visible";
    const byMe = (frame.author ?? frame.user)?.id === viewer.id;
    const wasAtEnd = this.#scroll.atEnd;
    this.#scroll.keep(() => {
      this.#outbox?.settle(frame.nonce, frame.seq);
      const place = this.#list.querySelector(".message--pending");
      if (away && !byMe && frame.type === "message") this.#markNew(place);
      if (place) place.before(node);
      else this.#list.append(node);
      regroup(node);
      if (wasAtEnd) this.#trim();
    });
    if (!wasAtEnd && !byMe && frame.type === "message") {
      this.#missed += 1;
      this.#showPill();
    }
    this.#markRead();
  }

  /** The "New" line goes above the first message that came while the reader was away. */
  #markNew(place) {
    if (this.#last - 1 > this.#read) return; // one stands already, further up
    this.#list.querySelector(".new-line")?.remove();
    const line = document.getElementById("new-line").content.firstElementChild.cloneNode(true);
    if (place) place.before(line);
    else this.#list.append(line);
  }

  #showPill() {
    const pill = this.querySelector("[data-to-newest]");
    pill.hidden = false;
    pill.querySelector("[data-label]").textContent = t("js.timeline.new_messages", { count: this.#missed });
  }

  #atEnd() {
    this.#missed = 0;
    this.querySelector("[data-to-newest]").hidden = true;
    this.#markRead();
  }

  #visibilityChanged() {
    if (document.visibilityState !== "visible") return;
    relabelDays(this.#list);
    this.#markRead();
  }

  /** Read is what could be seen: the window is in front and the newest message in view. */
  #markRead() {
    if (this.#detached || !connection.ready || this.#read >= this.#last) return;
    if (document.visibilityState !== "visible" || !this.#scroll.atEnd) return;
    this.#read = this.#last;
    connection.markRead(this.#room, this.#last);
  }

  /** A tab left open for weeks keeps a bounded page; what goes can be loaded again. */
  #trim() {
    const shown = this.#list.querySelectorAll(".message[data-seq]");
    if (shown.length <= MOST_SHOWN) return;
    const first = shown[shown.length - KEPT_AFTER_TRIM];
    while (this.#list.firstElementChild !== first) this.#list.firstElementChild.remove();
    regroup(first, 1);
    const older = this.querySelector("[data-older]");
    older.href = `${this.dataset.roomUrl}/${first.dataset.seq}`;
    older.parentElement.hidden = false;
  }
}

customElements.define("room-timeline", RoomTimeline);
