// <copy-text>: a value and the button that copies it. Without a script, or on plain http, one selects it by hand.

class CopyText extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("[data-copy]");
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(this.querySelector("[data-value]").textContent);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Select and copy by hand";
      }
    });
  }
}

customElements.define("copy-text", CopyText);
