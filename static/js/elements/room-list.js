// <room-list>: the sidebar's unread pills and the number in the window's title. Joins the other rooms live only and
// without looking, so that nobody is told here who types there, and takes in rooms that come to be ours while the page
// is open.

import { connection, viewer } from "../live.js";
import { roomList } from "../trusted_html.js";

const MOST_ROOMS = 95; // a session may be in 100 rooms; the page's own room needs a place

class RoomList extends HTMLElement {
  #rooms = new Map();
  #title = document.title;
  #refreshing = false;
  #refreshAgain = false;
  #wasOpen = false;

  connectedCallback() {
    for (const link of this.querySelectorAll("[data-room]")) this.#keep(link);
    this.#showTotal();
    if (viewer.kind === "nobody") return;
    connection.addEventListener("open", () => this.#joinAll());
    connection.addEventListener("frame", ({ detail }) => this.#receive(detail));
  }

  #keep(link) {
    const { room, unread, lastSeq } = link.dataset;
    const last = Number(lastSeq);
    this.#rooms.set(room, { link, last, read: last - Number(unread), unread: Number(unread) });
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
        if (list) this.#takeOver(list);
      }
    } catch {
      // No answer: the next frame of that room, or the next page, brings it.
    } finally {
      this.#refreshing = false;
    }
  }

  /** The new order and the new rooms; a room that is here already keeps its link, and with it focus and pill. */
  #takeOver(list) {
    const found = [];
    for (const link of list.querySelectorAll("[data-room]")) {
      const known = this.#rooms.get(link.dataset.room);
      if (known) {
        link.replaceWith(known.link);
      } else {
        this.#keep(link);
        found.push(link.dataset.room);
      }
    }
    const focused = this.contains(document.activeElement) ? document.activeElement : null;
    this.replaceChildren(...list.childNodes);
    if (focused?.isConnected) focused.focus();
    this.#showTotal();
    for (const room of found) this.#join(room);
  }

  #joinAll() {
    if (this.#wasOpen) this.#refresh(); // nobody told us of new rooms while we were away
    this.#wasOpen = true;
    const page = document.querySelector("room-timeline")?.dataset.room;
    const others = [...this.#rooms.keys()].filter((room) => room !== page).slice(0, MOST_ROOMS);
    for (const room of others) this.#join(room);
  }

  async #join(room) {
    try {
      const ack = await connection.request("join", { room, look: false });
      const state = this.#rooms.get(room);
      state.last = ack.last_seq;
      if (ack.read_seq !== undefined) state.read = ack.read_seq;
      this.#show(state, Math.max(0, state.last - state.read));
    } catch {
      // Not ours any more, or the connection went; the pill stays as it was.
    }
  }

  #receive(frame) {
    const state = this.#rooms.get(frame.room);
    const isNew = !state && (frame.type === "message" || (frame.type === "joined" && frame.user?.id === viewer.id));
    if (isNew) this.#refresh();
    if (!state || !Number.isInteger(frame.seq)) return;
    if (frame.type === "read") {
      if (frame.seq < state.read) return;
      state.read = frame.seq;
      this.#show(state, Math.max(0, state.last - state.read));
    } else if (frame.seq > state.last) {
      state.last = frame.seq;
      const own = frame.author?.id === viewer.id;
      if (own) state.read = frame.seq;
      // The same arithmetic as on the server, so that a reload never changes a number.
      this.#show(state, Math.max(0, state.last - state.read));
    }
  }

  #show(state, unread) {
    state.unread = unread;
    state.link.classList.toggle("room-link--unread", unread > 0);
    state.link.querySelector(".pill").hidden = unread === 0;
    state.link.querySelector("[data-count]").textContent = unread > 99 ? "99+" : String(unread);
    this.#showTotal();
  }

  #showTotal() {
    let total = 0;
    for (const { unread } of this.#rooms.values()) total += unread;
    document.title = total > 0 ? `(${total > 99 ? "99+" : total}) ${this.#title}` : this.#title;
  }
}

customElements.define("room-list", RoomList);
