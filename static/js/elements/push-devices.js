// <push-devices>: the button that has this browser notified. The browser is asked for permission on a click and at no other
// time.

import { subscribe, subscriptionOf, unsubscribe } from "../notifications.js";
import { LiveElement } from "../live_element.js";
import { t } from "../words.js";

function wordsOf(reason) {
  if (reason === "blocked") return t("js.push.blocked");
  return reason === "unsupported" ? t("js.push.unsupported") : t("js.push.failed");
}

class PushDevices extends LiveElement {
  start(signal) {
    const button = this.querySelector("[data-push-start]");
    const here = this.querySelector("[data-push-here]");
    button.addEventListener("click", () => this.#subscribe(button), { signal });
    here?.addEventListener("submit", () => unsubscribe(), { signal });
    this.#offer(button, here !== null);
  }

  /** The button is there unless this browser is notified already, in its own mind and in the server's. */
  async #offer(button, isListed) {
    const isSubscribed = (await subscriptionOf()) !== null;
    button.hidden = isListed && isSubscribed;
  }

  async #subscribe(button) {
    const says = this.querySelector("[data-push-says]");
    button.disabled = true;
    try {
      await subscribe(this.dataset.key);
      says.textContent = t("js.push.on");
      location.assign("/settings?saved=push#push");
      if (location.pathname === "/settings" && location.search === "?saved=push") location.reload();
    } catch (error) {
      says.textContent = wordsOf(error.message);
    } finally {
      button.disabled = false;
    }
  }
}

customElements.define("push-devices", PushDevices);
