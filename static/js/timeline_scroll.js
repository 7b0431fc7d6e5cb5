// Where the reader is in the timeline. The scroller is reversed: 0 is the newest, older messages are negative. So older
// pages above never move what is read; only what is added below has to be made good while the reader is further up.

const AT_END_PX = 48;

export class TimelineScroll {
  #scroller;
  #content;
  #onEnd;

  /** `onEnd` is called whenever the reader comes to the newest message. */
  constructor(scroller, onEnd) {
    this.#scroller = scroller;
    this.#content = scroller.firstElementChild;
    this.#onEnd = onEnd;
    scroller.addEventListener("scroll", () => this.atEnd && this.#onEnd(), { passive: true });
  }

  get atEnd() {
    return Math.abs(this.#scroller.scrollTop) <= AT_END_PX;
  }

  /** Changes the end of the timeline without moving what the reader looks at, unless they look at the end. */
  keep(change) {
    if (this.atEnd) {
      change();
      this.toEnd();
      return;
    }
    const before = this.#content.getBoundingClientRect().top;
    change();
    const moved = this.#content.getBoundingClientRect().top - before;
    this.#scroller.scrollTop += moved;
  }

  toEnd() {
    this.#scroller.scrollTop = 0;
    this.#onEnd();
  }
}
