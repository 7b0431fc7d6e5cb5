// <room-list>: the sidebar's unread pills and the number in the window's title. Joins the other rooms live only.

import { connection, viewer } from "../live.js";

const MOST_ROOMS = 95; // a session may be in 100 rooms; the page's own room needs a place

class RoomList extends HTMLElement {
  #rooms = new Map();
  #title = document.title;

  connectedCallback() {
    for (const link of this.querySelectorAll("[data-room]")) {
      const { room, unread, lastSeq } = link.dataset;
      const last = Number(lastSeq);
      this.#rooms.set(room, { link, last, read: last - Number(unread), unread: Number(unread) });
    }
    this.#showTotal();
    if (viewer.kind === "nobody") return;
    connection.addEventListener("open", () => this.#joinAll());
    connection.addEventListener("frame", ({ detail }) => this.#receive(detail));
  }

  #joinAll() {
    const page = document.querySelector("room-timeline")?.dataset.room;
    const others = [...this.#rooms.keys()].filter((room) => room !== page).slice(0, MOST_ROOMS);
    for (const room of others) this.#join(room);
  }

  async #join(room) {
    try {
      const ack = await connection.request("join", { room });
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
    if (!state || !Number.isInteger(frame.seq)) return;
    if (frame.type === "read") {
      if (frame.seq < state.read) return;
      state.read = frame.seq;
      this.#show(state, Math.max(0, state.last - state.read));
    } else if (frame.seq > state.last) {
      state.last = frame.seq;
      const own = frame.author?.id === viewer.id;
      if (own) state.read = frame.seq;
      if (frame.type === "message") this.#show(state, own ? 0 : state.unread + 1);
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
