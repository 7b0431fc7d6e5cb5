// <pins-panel>: what was put up in the room. It is asked for anew whenever that changes; its links lead to the place in the
// timeline without leaving the page.

import { LiveElement } from "../live_element.js";
import { onRoomFrame } from "../live.js";
import { regroup } from "../timeline_groups.js";
import { pageDocument } from "../trusted_html.js";

class PinsPanel extends LiveElement {
  start(signal) {
    this.#settle();
    const timeline = document.querySelector("room-timeline");
    if (!timeline || timeline.dataset.room !== this.dataset.room) return; // the page by itself
    this.addEventListener("click", (event) => this.#show(event, timeline), { signal });
    onRoomFrame(this.dataset.room, (frame) => ["pinned", "deleted"].includes(frame.type) && this.#refresh(), signal);
  }

  /** The same messages stand in the timeline: an id is there once, and a day belongs to a list of days. */
  #settle() {
    for (const node of this.querySelectorAll(".message")) {
      node.removeAttribute("id");
      regroup(node, 1);
    }
    for (const line of this.querySelectorAll(".day-line")) line.remove();
  }

  async #show(event, timeline) {
    const link = event.target.closest("a[data-show]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (matchMedia("(max-width: 719.98px)").matches) {
      const { closePanel } = await import("../side_panel.js");
      closePanel();
    }
    timeline.show(Number(link.dataset.show));
  }

  async #refresh() {
    try {
      const answer = await fetch(this.dataset.pinsUrl, { credentials: "same-origin", headers: { accept: "text/html" } });
      const panel = answer.ok && pageDocument(await answer.text())?.querySelector("pins-panel");
      if (!panel || !this.isConnected) return;
      this.replaceChildren(...document.importNode(panel, true).childNodes);
      this.#settle();
    } catch {
      // What is here stays.
    }
  }
}

customElements.define("pins-panel", PinsPanel);
