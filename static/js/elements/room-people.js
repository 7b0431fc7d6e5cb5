// <room-people>: who is connected to a room, as it changes.

import { connection, onOpen, onRoomFrame } from "../live.js";
import { LiveElement } from "../live_element.js";
import { t } from "../words.js";

function wordsOf(status) {
  if (status === "away") return t("js.presence.away");
  return status === "busy" ? t("js.presence.busy") : t("js.presence.online");
}

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
      for (const member of members) this.#mark(member.id, member);
    } catch {
      // What the server rendered stays.
    }
  }

  #changed({ online, changes = [] }) {
    this.#count(online);
    for (const change of changes) this.#mark(change.user.id, change);
  }

  #count(online) {
    if (!Number.isInteger(online)) return;
    for (const element of this.querySelectorAll("[data-online]")) element.textContent = online;
  }

  #mark(id, { status, status_emoji: emoji = "", status_text: text = "" }) {
    const row = this.querySelector(`[data-person="${CSS.escape(id)}"]`);
    if (!row) return;
    const here = status !== "offline";
    row.classList.toggle("people__row--away", !here);
    const dot = row.querySelector(".presence");
    dot.hidden = !here;
    dot.className = `presence presence--${status}`;
    if (here) dot.title = dot.firstElementChild.textContent = wordsOf(status);
    const said = row.querySelector(".people__status");
    said.hidden = !emoji && !text;
    said.title = text;
    said.textContent = `${emoji} ${text}`.trim();
  }
}

customElements.define("room-people", RoomPeople);
