// <copy-text>: a value and the button that copies it. Without a script, or on plain http, one selects it by hand.

import { t } from "../words.js";

class CopyText extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("[data-copy]");
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(this.querySelector("[data-value]").textContent);
        button.textContent = t("js.copy.done");
      } catch {
        button.textContent = t("js.copy.by_hand");
      }
    });
  }
}

customElements.define("copy-text", CopyText);
