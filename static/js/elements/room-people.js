// <room-people>: who is connected to a room, as it changes.

import { connection, onOpen, onRoomFrame } from "../live.js";
import { LiveElement } from "../live_element.js";

class RoomPeople extends LiveElement {
  start(signal) {
    const { room } = this.dataset;
    onRoomFrame(room, (frame) => frame.type === "presence" && this.#changed(frame), signal);
    onOpen(() => this.#load(room), signal);
  }

  async #load(room) {
    try {
      const { members, online } = await connection.request("members", { room });
      this.#count(online);
      for (const { id, status } of members) this.#mark(id, status);
    } catch {
      // What the server rendered stays.
    }
  }

  #changed({ online, changes = [] }) {
    this.#count(online);
    for (const { user, status } of changes) this.#mark(user.id, status);
  }

  #count(online) {
    if (!Number.isInteger(online)) return;
    for (const element of this.querySelectorAll("[data-online]")) element.textContent = online;
  }

  #mark(id, status) {
    const row = this.querySelector(`[data-person="${CSS.escape(id)}"]`);
    if (!row) return;
    const here = status !== "offline";
    row.classList.toggle("people__row--away", !here);
    row.querySelector(".presence").hidden = !here;
  }
}

customElements.define("room-people", RoomPeople);
