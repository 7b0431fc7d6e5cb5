// <filter-list>: hides the rows of a list that have none of the words typed above it. Without a script the form asks the
// server, or the whole list stands there.

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

class FilterList extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("input[type=search]");
    for (const part of this.querySelectorAll("[data-filter-field]")) part.hidden = false;
    for (const button of this.querySelectorAll("[data-filter-button]")) button.hidden = true;
    field.addEventListener("input", () => this.#filter(plain(field.value.trim())));
    field.addEventListener("keydown", (event) => {
      // Enter in a field of a form would send it; here there is nothing left to send.
      if (event.key === "Enter" && !event.isComposing) event.preventDefault();
    });
    if (field.value) this.#filter(plain(field.value.trim()));
  }

  #filter(wanted) {
    let found = 0;
    for (const row of this.querySelectorAll("[data-filter]")) {
      // Whoever is chosen stays in sight: what is ticked is what the form sends.
      row.hidden = !plain(row.dataset.filter).includes(wanted) && !row.querySelector(":checked");
      if (!row.hidden) found += 1;
    }
    const empty = this.querySelector("[data-filter-empty]");
    if (empty) empty.hidden = found > 0 || !wanted;
  }
}

customElements.define("filter-list", FilterList);
