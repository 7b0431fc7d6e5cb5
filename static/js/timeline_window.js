// Which part of the log is on the page: some hundreds of messages around the reader. Older and newer ones are loaded as the
// reader comes near, and those far behind them go, so that a room of any length reads like a short one. While the end of
// the log is on the page the window is live, and what is written is added to it; otherwise it is found further down.

import { eventNode } from "./event_node.js";
import { connection, onOpen } from "./live.js";
import { regroup } from "./timeline_groups.js";

const PAGE = 50;
const MOST = 400;
const KEPT = 250;
const NEAR_PX = 2_500;
const AGAIN_MS = 1_000;
const TRIES = 5;

export class TimelineWindow {
  #room;
  #list;
  #scroller;
  #scroll;
  #older;
  #newer;
  #live;
  #newest;
  #changed;
  #parked = [];
  #loading = false;
  /** Rises when the whole list is replaced: answers to what was asked before come too late then. */
  #age = 0;

  /**
   * `newest()` is the last entry that is known of; `changed()` is called when older messages have come, and when the window
   * has become live or ceased to be.
   */
  constructor({ room, list, scroller, scroll, older, newer, newest, changed, signal }) {
    this.#room = room;
    this.#list = list;
    this.#scroller = scroller;
    this.#scroll = scroll;
    this.#older = older;
    this.#newer = newer;
    this.#live = newer.hidden;
    scroll.followsEnd = this.#live;
    this.#newest = newest;
    this.#changed = changed;
    this.#onClick(older, () => this.#loadOlder());
    this.#onClick(newer, () => this.#loadNewer());
    onOpen(() => this.fill(), signal);
  }

  /** The end of the log is on the page. */
  get live() {
    return this.#live;
  }

  find(seq) {
    return this.#list.querySelector(`.message[data-seq="${seq}"]`);
  }

  /** Adds what was just written, below everything that has a number. Only for a live window. */
  append(node) {
    const place = this.#list.querySelector(".message--pending");
    if (place) place.before(node);
    else this.#list.append(node);
    regroup(node);
    if (this.#scroll.atEnd) this.#dropStart();
  }

  /** Shows a message that is on its way; it waits aside while the end of the log is not here. */
  addPending(node, goesThere) {
    if (this.#live) {
      this.#scroll.keep(() => this.#list.append(node));
      regroup(node);
    } else {
      this.#parked.push(node);
    }
    if (goesThere) this.toNewest();
  }

  async toNewest() {
    // What is written while the answer is on its way makes it old: then it is asked for again.
    for (let tries = 0; !this.#live && tries < TRIES; tries += 1) {
      const asked = await this.#replace([{ limit: PAGE }]);
      if (!asked) break;
      this.#show(asked[0].events, { older: asked[0].more, newer: false });
    }
    this.#scroll.toEnd();
  }

  /** Brings an entry onto the page, with those around it. Resolves to its node, or to `null`. */
  async bring(seq) {
    if (!this.find(seq)) {
      const asked = await this.#replace([{ before: seq, limit: PAGE / 2 }, { after: Math.max(0, seq - 1), limit: PAGE / 2 }]);
      if (!asked) return null;
      const [before, after] = asked;
      this.#show([...before.events, ...after.events], { older: before.more, newer: after.more });
    }
    return this.find(seq) ?? this.#firstFrom(seq);
  }

  /** Loads more wherever the reader is near an end of what is here; asked for whenever they have moved. */
  fill() {
    if (this.#loading || !connection.ready || !this.#list.isConnected) return;
    if (this.#isNear(this.#older)) this.#loadOlder();
    else if (this.#isNear(this.#newer)) this.#loadNewer();
  }

  #onClick(place, load) {
    place.querySelector("a").addEventListener("click", (event) => {
      if (!connection.ready) return; // the link itself still works
      event.preventDefault();
      load();
    });
  }

  #isNear(place) {
    if (place.hidden) return false;
    const box = place.getBoundingClientRect();
    const view = this.#scroller.getBoundingClientRect();
    return box.bottom > view.top - NEAR_PX && box.top < view.bottom + NEAR_PX;
  }

  #entries() {
    return this.#list.querySelectorAll(".message[data-seq]");
  }

  #firstFrom(seq) {
    return [...this.#entries()].find((node) => Number(node.dataset.seq) >= seq) ?? null;
  }

  #loadOlder() {
    const first = Number(this.#entries().item(0)?.dataset.seq ?? 0);
    if (first <= 1) return;
    this.#load(this.#older, { before: first, limit: PAGE }, ({ events, more }) => {
      const nodes = this.#nodes(events);
      const next = this.#list.querySelector(".message");
      this.#list.prepend(...nodes);
      if (nodes.length > 0) regroup(nodes[0], nodes.length + (next ? 1 : 0));
      this.#older.hidden = !more || events.length === 0;
      this.#dropEnd();
      this.#changed();
    });
  }

  #loadNewer() {
    const entries = this.#entries();
    const last = Number(entries.item(entries.length - 1)?.dataset.seq ?? 0);
    this.#load(this.#newer, { after: last, limit: PAGE }, ({ events, more }) => {
      const nodes = this.#nodes(events);
      this.#list.append(...nodes);
      if (nodes.length > 0) regroup(nodes[0]);
      this.#dropStart();
      // What was written while this was asked for is not in the answer: then it is asked for once more.
      const end = events.at(-1)?.seq ?? last;
      if (!more && end >= this.#newest()) this.#setLive(true);
    });
  }

  async #load(place, question, show) {
    if (this.#loading || !connection.ready) return;
    const age = this.#age;
    this.#loading = true;
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await connection.request("history", { room: this.#room, only: "shown", ...question });
      if (age === this.#age) this.#scroll.keep(() => this.#quietly(() => show({ events: answer.events ?? [], more: answer.more })));
    } catch (error) {
      // The link stays; it goes on when the reader scrolls, or soon by itself if it was only too fast.
      if (error.code === "rate_limited") setTimeout(() => this.fill(), AGAIN_MS);
      return;
    } finally {
      this.#loading = false;
      place.removeAttribute("aria-busy");
    }
    this.fill(); // a short page may leave the end in view
  }

  /** Asks for what shall stand in place of the list; resolves to nothing if that is not to be. */
  async #replace(questions) {
    this.#age += 1;
    const age = this.#age;
    try {
      const answers = await Promise.all(questions.map((question) => connection.request("history", { room: this.#room, only: "shown", ...question })));
      return age === this.#age && answers.map(({ events = [], more }) => ({ events, more }));
    } catch {
      return null; // what is here stays; the pill or the link can be used again
    }
  }

  #show(events, { older, newer }) {
    this.#park();
    const nodes = this.#nodes(events);
    this.#quietly(() => this.#list.replaceChildren(...nodes));
    if (nodes.length > 0) regroup(nodes[0]);
    this.#older.hidden = !older;
    this.#setLive(!newer && (events.at(-1)?.seq ?? 0) >= this.#newest());
  }

  /** Old messages are not announced. */
  #quietly(change) {
    this.#list.setAttribute("aria-busy", "true");
    change();
    requestAnimationFrame(() => this.#list.removeAttribute("aria-busy"));
  }

  #nodes(events) {
    return events.map(eventNode).filter(Boolean);
  }

  /** Takes out what is far above; it can be loaded again. */
  #dropStart() {
    const entries = this.#entries();
    if (entries.length <= MOST) return;
    const first = entries[entries.length - KEPT];
    while (this.#list.firstElementChild !== first) this.#list.firstElementChild.remove();
    regroup(first, 1);
    this.#older.hidden = false;
    this.#older.querySelector("a").search = `?before=${first.dataset.seq}`;
  }

  /** The same below; from here on the window is not live. */
  #dropEnd() {
    const entries = this.#entries();
    if (entries.length <= MOST) return;
    this.#park();
    const last = entries[KEPT - 1];
    while (this.#list.lastElementChild !== last) this.#list.lastElementChild.remove();
    this.#newer.querySelector("a").search = `?after=${last.dataset.seq}`;
    if (this.#live) this.#setLive(false);
  }

  #park() {
    this.#parked.push(...this.#list.querySelectorAll(".message--pending"));
  }

  #setLive(live) {
    this.#live = live;
    this.#scroll.followsEnd = live;
    this.#newer.hidden = live;
    if (live) {
      for (const node of this.#parked.splice(0)) if (!("gone" in node.dataset)) this.#list.append(node);
    }
    this.#changed();
  }
}
