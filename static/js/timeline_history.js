// Older messages: loaded over the connection when the reader nears the top, through the plain link otherwise.

import { connection, onOpen } from "./live.js";
import { messageNode } from "./trusted_html.js";
import { regroup } from "./timeline_groups.js";

const PAGE_SIZE = 50;

export class TimelineHistory {
  #room;
  #list;
  #link;
  #loading = false;

  constructor({ room, list, link, scroller, signal }) {
    this.#room = room;
    this.#list = list;
    this.#link = link;
    link.addEventListener("click", (event) => {
      if (!connection.ready) return; // the link itself still works
      event.preventDefault();
      this.#load();
    });
    const observer = new IntersectionObserver(([entry]) => entry.isIntersecting && this.#load(), { root: scroller, rootMargin: "600px 0px" });
    observer.observe(link);
    signal.addEventListener("abort", () => observer.disconnect());
    onOpen(() => this.#isNear(scroller) && this.#load(), signal);
  }

  #isNear(scroller) {
    const top = this.#link.getBoundingClientRect().bottom;
    return !this.#link.parentElement.hidden && top > scroller.getBoundingClientRect().top - 600;
  }

  #firstSeq() {
    const first = this.#list.querySelector(".message[data-seq]");
    return first ? Number(first.dataset.seq) : 0;
  }

  async #load() {
    const before = this.#firstSeq();
    if (this.#loading || before <= 1 || this.#link.parentElement.hidden || !connection.ready) return;
    this.#loading = true;
    this.#link.setAttribute("aria-busy", "true");
    try {
      const { events = [], more } = await connection.request("history", { room: this.#room, before, limit: PAGE_SIZE });
      this.#show(events);
      this.#link.parentElement.hidden = !more || events.length === 0;
    } catch {
      // The link stays; the next scroll or click asks again.
    } finally {
      this.#loading = false;
      this.#link.removeAttribute("aria-busy");
    }
    // A short page may leave the link in view; the observer only reports changes.
    if (this.#list.isConnected && this.#isNear(this.#list.closest(".timeline__scroller"))) this.#load();
  }

  #show(events) {
    const nodes = events.map((event) => messageNode(event.html ?? "")).filter((node) => node && !document.getElementById(node.id));
    const next = this.#list.querySelector(".message");
    // The day line above the first message may move up with what comes before it.
    this.#list.setAttribute("aria-busy", "true"); // old messages are not announced
    this.#list.prepend(...nodes);
    if (nodes.length > 0) regroup(nodes[0], nodes.length + (next ? 1 : 0));
    requestAnimationFrame(() => this.#list.removeAttribute("aria-busy"));
  }
}
