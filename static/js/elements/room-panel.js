// <room-panel>: who is online, as it changes, and the button that closes the panel.

import { LiveElement } from "../live_element.js";
import { connection, onOpen, onRoomFrame } from "../live.js";

class RoomPanel extends LiveElement {
  start(signal) {
    const { room } = this.dataset;
    this.querySelector("[data-close-panel]").addEventListener("click", () => this.#close());
    onRoomFrame(room, (frame) => frame.type === "presence" && this.#changed(frame), signal);
    onOpen(() => this.#load(room), signal);
  }

  #close() {
    const panel = this.closest("details");
    panel.open = false;
    panel.querySelector("summary").focus();
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
    for (const element of document.querySelectorAll("[data-online]")) element.textContent = online;
  }

  #mark(id, status) {
    const row = this.querySelector(`[data-person="${CSS.escape(id)}"]`);
    if (!row) return;
    const here = status !== "offline";
    row.classList.toggle("people__row--away", !here);
    row.querySelector(".presence").hidden = !here;
  }
}

customElements.define("room-panel", RoomPanel);
