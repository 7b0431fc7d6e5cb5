// What every element that listens to the connection extends. Pages take each other's place without a reload, so an element
// may come and go while the connection stays: `start(signal)` runs when it is put into the page, and the signal ends
// everything it has begun when it is taken out.

export class LiveElement extends HTMLElement {
  #life = null;

  connectedCallback() {
    this.#life = new AbortController();
    this.start(this.#life.signal);
  }

  disconnectedCallback() {
    this.#life?.abort();
    this.#life = null;
  }
}
