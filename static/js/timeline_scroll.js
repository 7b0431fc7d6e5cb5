// Where the reader is in the timeline, and that nothing moves them. The scroller is reversed: 0 is the newest, older
// messages are negative, so whatever grows above never moves what is read, and at the end the newest stays in view. Further
// up the first message in view is held in its place, whatever grows or goes below it: messages, reactions, pictures.

const AT_END_PX = 48;

/** Where the words of an entry begin: the author's name above them comes and goes with what is written before. */
function topOf(entry) {
  return (entry.querySelector(".message__text") ?? entry).getBoundingClientRect().top;
}

export class TimelineScroll {
  #scroller;
  #list;
  #onMove;
  /** Whether the end of what is here is the end of the log: only then the reader stays with it. */
  followsEnd = true;
  #held = null;
  #heldAt = 0;
  #keeping = false;

  /** `onMove` is called whenever the reader has moved. */
  constructor({ scroller, list, onMove, signal }) {
    this.#scroller = scroller;
    this.#list = list;
    this.#onMove = onMove;
    scroller.addEventListener("scroll", () => this.#moved(), { passive: true, signal });
    // Runs after the layout and before it is painted: what has grown is made good before anybody sees it.
    const observer = new ResizeObserver(() => this.#makeGood());
    observer.observe(list);
    signal.addEventListener("abort", () => observer.disconnect());
    this.#hold();
  }

  get atEnd() {
    return Math.abs(this.#scroller.scrollTop) <= AT_END_PX;
  }

  /** Changes the timeline without moving what the reader looks at. */
  keep(change) {
    // Within another change the place is held already, and not yet made good.
    if (this.#keeping) return change();
    this.#hold();
    this.#keeping = true;
    try {
      change();
    } finally {
      this.#keeping = false;
    }
    this.#makeGood();
  }

  toEnd() {
    this.#scroller.scrollTop = 0;
    this.#moved();
  }

  /** Brings a message into view: `center`, `start` or `nearest`. */
  show(node, block = "center") {
    node.scrollIntoView({ block });
    this.#moved();
  }

  /** The first message that can be seen, by halves: the entries stand below each other. */
  firstInView() {
    const top = this.#scroller.getBoundingClientRect().top;
    const entries = this.#list.children;
    let low = 0;
    let high = entries.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (entries[middle].getBoundingClientRect().bottom > top) high = middle;
      else low = middle + 1;
    }
    // A day line is made anew when what stands around it changes: only a message can be held.
    let entry = entries[low];
    while (entry && !entry.matches(".message")) entry = entry.nextElementSibling;
    return entry ?? null;
  }

  #moved() {
    this.#hold();
    this.#onMove();
  }

  #hold() {
    this.#held = this.atEnd && this.followsEnd ? null : this.firstInView();
    this.#heldAt = this.#held ? topOf(this.#held) : 0;
  }

  #makeGood() {
    if (!this.#held?.isConnected) return;
    const moved = topOf(this.#held) - this.#heldAt;
    if (Math.abs(moved) >= 0.5) this.#scroller.scrollTop += moved;
  }
}
