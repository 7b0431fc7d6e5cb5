// <panel-links>: the links of a room's header that open panels, with the number of people who are connected.

import { onRoomFrame } from "../live.js";
import { LiveElement } from "../live_element.js";

class PanelLinks extends LiveElement {
  start(signal) {
    const count = this.querySelector("[data-online]");
    onRoomFrame(this.dataset.room, ({ type, online }) => {
      if (type === "presence" && Number.isInteger(online)) count.textContent = online;
    }, signal);
  }
}

customElements.define("panel-links", PanelLinks);
