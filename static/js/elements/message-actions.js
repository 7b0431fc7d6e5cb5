// What can be done with a message of the timeline: one bar that is put into the message pointed at, the same as a menu (by
// key, or as a sheet after a long press), and a key for each deed. Loaded when somebody first points at a message.

import { DEEDS, mayDo } from "../message_deeds.js";
import { openMenu } from "../message_menu.js";
import { actionBar } from "../message_tools.js";

const LONG_PRESS_MS = 450;
const MOVED_PX = 10;
/** How far the bar stands out above its message. */
const ABOVE_PX = 14;

const KEYS = { r: "reply", t: "thread", e: "edit", p: "pin", c: "copy", l: "link", u: "unread", "+": "react", Delete: "delete" };
const STEPS = { ArrowUp: -1, k: -1, ArrowDown: 1, j: 1 };

export class MessageActions {
  #timeline;
  #scroller;
  #bar;
  #press = 0;
  #pressAt = null;

  /** `scroller` holds the messages: that of the timeline, or of a panel beside it. */
  constructor(timeline, scroller, { signal, missed = [] }) {
    this.#timeline = timeline;
    this.#scroller = scroller;
    this.#bar = actionBar();
    const on = (what, listener, options = {}) => this.#scroller.addEventListener(what, listener, { signal, ...options });
    on("pointerover", (event) => event.pointerType !== "touch" && this.#point(event.target));
    on("pointerleave", () => this.#leave());
    on("focusout", ({ relatedTarget }) => this.#scroller.contains(relatedTarget) || this.#leave());
    on("focusin", (event) => this.#point(event.target));
    on("keydown", (event) => this.#keydown(event));
    on("click", (event) => this.#click(event));
    on("submit", (event) => this.#toggle(event));
    on("pointerdown", (event) => this.#pressed(event));
    on("contextmenu", (event) => event.pointerType === "touch" && event.preventDefault());
    for (const what of ["pointerup", "pointercancel", "scroll"]) on(what, () => clearTimeout(this.#press), { passive: true });
    on("pointermove", (event) => this.#moved(event), { passive: true });
    for (const event of missed) this.#handOver(event);
  }

  /** What happened before anybody listened. */
  #handOver(event) {
    if (event.type === "pointerover" || event.type === "focusin") this.#point(event.target);
    else if (event.type === "keydown") this.#keydown(event);
    else if (event.type === "click") this.#click(event);
    else if (event.type === "submit") this.#toggle(event);
    else if (event.type === "pointerdown") this.#pressed(event);
  }

  #messageOf(target) {
    const node = target.closest?.(".message[data-kind=message][data-seq]");
    return node && !node.classList.contains("message--pending") ? node : null;
  }

  #point(target) {
    const node = this.#messageOf(target);
    const pill = target.closest?.(".reaction[value]:not([title])");
    if (node && pill) DEEDS.names(this.#timeline, node, pill);
    if (!node || node === this.#bar.parentElement || this.#bar.contains(document.activeElement)) return;
    if (node.classList.contains("message--deleted")) return this.#bar.remove();
    for (const button of this.#bar.children) button.hidden = !mayDo(button.dataset.do, node, this.#timeline);
    // Where the top of the message is out of sight the bar stands at its end.
    const isCut = node.getBoundingClientRect().top < this.#scroller.getBoundingClientRect().top + ABOVE_PX;
    this.#bar.classList.toggle("actions--low", isCut);
    node.append(this.#bar);
  }

  #leave() {
    const node = this.#bar.parentElement;
    if (node && !node.matches(":hover, :focus-within")) this.#bar.remove();
  }

  #click(event) {
    const button = event.target.closest("[data-do]");
    const node = this.#messageOf(event.target);
    if (event.target.closest("[data-all]")) {
      event.target.closest(".reactions").classList.add("reactions--all");
    } else if (button && node) {
      this.do(button.dataset.do, node, button);
    } else if (event.target.closest("[data-thread-link]") && node) {
      this.#instead(event, "thread", node);
    } else if (event.target.closest("[data-pick-day]")) {
      this.do("day", null, event.target);
    }
  }

  /** A link of a message that a deed takes the place of, unless it is to be opened elsewhere. */
  #instead(event, deed, node) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.do(deed, node, event.target.closest("a"));
  }

  /** A pill was pressed: it is a button of a form. */
  #toggle(event) {
    const node = this.#messageOf(event.target);
    if (!node || !event.submitter?.matches(".reaction")) return;
    event.preventDefault();
    DEEDS.toggle(this.#timeline, node, event.submitter);
  }

  /** Does a deed by its name, from the bar, the menu or a key. */
  async do(deed, node, from) {
    if (deed === "menu") return openMenu(this.#timeline, node, from ?? node, (chosen, emoji) => this.#chosen(chosen, node, emoji));
    if (node && !mayDo(deed, node, this.#timeline)) return;
    await DEEDS[deed](this.#timeline, node, from);
  }

  #chosen(deed, node, emoji) {
    if (emoji) DEEDS.put(this.#timeline, node, emoji);
    else this.do(deed, node, node);
  }

  #keydown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = document.activeElement;
    const node = at?.closest(".message");
    if (at !== this.#scroller && at !== node) return;
    if (event.key in STEPS && (node || event.key.startsWith("Arrow"))) return this.#step(event, node, STEPS[event.key]);
    if (!node) return;
    const deed = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
    if (event.key === "Escape") this.#use(event, () => document.getElementById("text")?.focus());
    else if (event.key === "Home" || event.key === "End") this.#use(event, () => this.#focus(this.#edge(event.key)));
    else if (event.key === "Enter" || event.key === "ContextMenu") this.#use(event, () => this.do("menu", this.#messageOf(node), node));
    else if (deed && this.#messageOf(node)) this.#use(event, () => this.do(deed, node, node));
  }

  #use(event, what) {
    event.preventDefault();
    event.stopPropagation();
    what();
  }

  #step(event, node, step) {
    this.#use(event, () => {
      const next = this.#neighbour(node, step);
      if (next) this.#focus(next);
      else if (node && step > 0) document.getElementById("text")?.focus();
    });
  }

  get #entries() {
    return [...this.#scroller.querySelectorAll(".message[data-seq]")];
  }

  /** The next one in a direction; at first the last one in view. */
  #neighbour(node, step) {
    const entries = this.#entries;
    if (node) return entries[entries.indexOf(node) + step];
    const end = this.#scroller.getBoundingClientRect().bottom;
    return entries.filter((entry) => entry.getBoundingClientRect().top < end).at(-1);
  }

  #edge(key) {
    return this.#entries.at(key === "Home" ? 0 : -1);
  }

  #focus(node) {
    node.tabIndex = -1;
    node.setAttribute("aria-label", spoken(node));
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "nearest" });
  }

  #pressed(event) {
    if (event.pointerType !== "touch") return;
    const node = this.#messageOf(event.target);
    clearTimeout(this.#press);
    if (!node || event.target.closest("button, a, input, textarea")) return;
    this.#pressAt = [event.clientX, event.clientY];
    this.#press = setTimeout(() => this.do("menu", node, node), LONG_PRESS_MS);
  }

  #moved(event) {
    if (!this.#pressAt) return;
    const [x, y] = this.#pressAt;
    if (Math.hypot(event.clientX - x, event.clientY - y) > MOVED_PX) clearTimeout(this.#press);
  }
}

/** What a screen reader says of a message: who, when, what, and what others put on it. */
function spoken(node) {
  const text = (css) => node.querySelector(css)?.innerText.trim() ?? "";
  const parts = [text(".message__author"), text(".message__time"), text(".quote"), text(".message__text"), text(".message__thread")];
  for (const pill of node.querySelectorAll(".reaction")) parts.push(pill.getAttribute("aria-label"));
  return parts.filter(Boolean).join(", ");
}

