// <room-list>: the sidebar's unread pills and the number in the window's title. Joins the other rooms after the last event
// it knows and without looking, so that no message is missed and nobody is told here who types there; takes in rooms that
// come to be ours while the page is open.

import { showUnread } from "../badge.js";
import { connection, onOpen, viewer } from "../live.js";
import { LiveElement } from "../live_element.js";
import { roomList } from "../trusted_html.js";

const MOST_ROOMS = 95; // a session may be in 100 rooms; the page's own room needs a place

/** What the sidebar shows of a room that has news: `[count, is it about me]`. */
function badge({ unread, mentions, level }) {
  if (level === "nothing") return [0, false];
  if (level === "mentions") return [mentions, mentions > 0];
  return [unread, mentions > 0];
}

const callsMe = (frame) => frame.everyone === true || frame.mentions?.some(({ id }) => id === viewer.id);

class RoomList extends LiveElement {
  #rooms = new Map();
  #title = document.title;
  #refreshing = false;
  #refreshAgain = false;
  #wasOpen = false;
  #here = "";

  start(signal) {
    for (const link of this.querySelectorAll("[data-room]")) this.#keep(link);
    this.#here = pageRoom();
    this.#showTotal();
    document.addEventListener("page-enter", ({ detail }) => this.#entered(detail.page), { signal });
    if (viewer.kind === "nobody") return;
    connection.addEventListener("frame", ({ detail }) => this.#receive(detail), { signal });
    onOpen(() => this.#joinAll(), signal);
  }

  #keep(link) {
    const { room, unread, mentions, level, lastSeq } = link.dataset;
    this.#rooms.set(room, { link, last: Number(lastSeq), unread: Number(unread), mentions: Number(mentions), level });
  }

  /** Another page stands beside the list: its marks, its number in the title, and who listens how. */
  #entered(page) {
    const left = this.#here;
    this.#title = page.title;
    this.#here = pageRoom();
    const list = page.querySelector("room-list");
    if (list) this.#takeOver(document.importNode(list, true));
    this.#showTotal();
    if (connection.ready && left !== this.#here && this.#rooms.has(left)) this.#join(left);
  }

  /** Somebody added us to a room, or wrote to us first: the server's list has it, ours does not yet. */
  async #refresh() {
    this.#refreshAgain = true;
    if (this.#refreshing) return;
    this.#refreshing = true;
    try {
      while (this.#refreshAgain) {
        this.#refreshAgain = false;
        // Not this page: to ask for a room's page is to have read it.
        const answer = await fetch("/rooms", { credentials: "same-origin", headers: { accept: "text/html" } });
        const list = answer.ok && roomList(await answer.text());
        if (list) this.#takeOver(list, { here: false });
      }
    } catch {
      // No answer: the next frame of that room, or the next page, brings it.
    } finally {
      this.#refreshing = false;
    }
  }

  /** The new order and the new rooms; a room that is here already keeps its link, and with it the focus. */
  #takeOver(list, { here = true } = {}) {
    const found = [];
    const gone = new Set(this.#rooms.keys());
    for (const link of list.querySelectorAll("[data-room]")) {
      const { room } = link.dataset;
      gone.delete(room);
      const known = this.#rooms.get(room);
      if (!known) {
        this.#keep(link);
        found.push(room);
        continue;
      }
      this.#catchUp(known, link.dataset);
      if (here) copyAttribute(link, known.link, "aria-current");
      link.replaceWith(known.link);
    }
    for (const room of gone) this.#rooms.delete(room);
    const focused = this.contains(document.activeElement) ? document.activeElement : null;
    const top = this.scrollTop;
    this.replaceChildren(...list.childNodes);
    this.scrollTop = top;
    if (focused?.isConnected) focused.focus({ preventScroll: true });
    this.#showTotal();
    if (connection.ready) for (const room of found) if (room !== this.#here) this.#join(room);
  }

  /** The server counts; but what it counted before the last frame came is older than what we know. */
  #catchUp(state, { unread, mentions, level, lastSeq }) {
    state.level = level;
    if (Number(lastSeq) >= state.last) Object.assign(state, { last: Number(lastSeq), unread: Number(unread), mentions: Number(mentions) });
    this.#show(state);
  }

  #joinAll() {
    if (this.#wasOpen) this.#refresh(); // nobody told us of new rooms while we were away
    this.#wasOpen = true;
    const others = [...this.#rooms.keys()].filter((room) => room !== this.#here).slice(0, MOST_ROOMS);
    for (const room of others) this.#join(room);
  }

  async #join(room) {
    try {
      const ack = await connection.request("join", { room, look: false, after: this.#rooms.get(room).last });
      if (ack.reset) this.#refresh(); // too much was missed to be counted here
    } catch {
      // Not ours any more, or the connection went; the pill stays as it was.
    }
  }

  #receive(frame) {
    const state = this.#rooms.get(frame.room);
    if (frame.type === "joined" && frame.user?.id === viewer.id && !state) this.#refresh();
    else if (frame.type === "message" && !state) this.#refresh();
    else if (frame.type === "left" && frame.user?.id === viewer.id) this.#refresh();
    else if (frame.type === "gone") this.#gone(frame.room);
    else if (frame.type === "level") this.#leveled(state, frame.level);
    if (!state || !Number.isInteger(frame.seq)) return;
    if (frame.type === "read") this.#read(state, frame);
    else if (frame.seq > state.last) this.#count(state, frame);
  }

  /** The room was deleted: it leaves the list, and what is kept of it for the time without a network goes too. */
  #gone(room) {
    navigator.serviceWorker?.controller?.postMessage({ type: "drop", url: `/rooms/${encodeURIComponent(room)}` });
    this.#refresh();
  }

  #leveled(state, level) {
    if (!state || !level) return;
    state.level = level;
    this.#show(state);
    this.#refresh(); // a muted room has another place in the list
  }

  /** The server says how many are left; what was read here is read to the end. */
  #read(state, { seq, unread, mentions }) {
    if (unread === undefined && seq < state.last) return;
    state.unread = unread ?? 0;
    state.mentions = mentions ?? (state.unread === 0 ? 0 : Math.min(state.mentions, state.unread));
    this.#show(state);
  }

  #count(state, frame) {
    state.last = frame.seq;
    if (frame.type !== "message") return;
    if (frame.author?.id === viewer.id) {
      state.unread = 0;
      state.mentions = 0;
    } else {
      state.unread += 1;
      if (callsMe(frame)) state.mentions += 1;
    }
    this.#show(state);
  }

  #show(state) {
    const [count, isMine] = badge(state);
    const { link, level } = state;
    link.classList.toggle("room-link--unread", count > 0);
    link.classList.toggle("room-link--muted", level === "nothing");
    link.dataset.level = level;
    const pill = link.querySelector(".pill");
    pill.hidden = count === 0;
    pill.classList.toggle("pill--mention", isMine);
    pill.querySelector("[data-count]").textContent = count > 99 ? "99+" : String(count);
    this.#showTotal();
  }

  #showTotal() {
    let total = 0;
    for (const state of this.#rooms.values()) total += badge(state)[0];
    showUnread(total, this.#title);
    if (total > 0) navigator.setAppBadge?.(total).catch(() => {});
    else navigator.clearAppBadge?.().catch(() => {});
  }
}

const pageRoom = () => document.querySelector("room-timeline")?.dataset.room ?? "";

function copyAttribute(from, to, name) {
  if (from.hasAttribute(name)) to.setAttribute(name, from.getAttribute(name));
  else to.removeAttribute(name);
}

customElements.define("room-list", RoomList);
