// <room-jump>: Ctrl K opens a list of the sidebar's rooms; type a part of a name, arrows choose, Enter goes there.

class RoomJump extends HTMLElement {
  #dialog;
  #input;
  #list;
  #chosen = 0;

  connectedCallback() {
    this.hidden = false;
    if (navigator.platform.startsWith("Mac")) document.querySelector("[data-open-jump] kbd").textContent = "⌘ K";
    this.#dialog = this.querySelector("dialog");
    this.#input = this.querySelector("input");
    this.#list = this.querySelector("[role=listbox]");
    this.#input.addEventListener("input", () => this.#fill());
    this.#input.addEventListener("keydown", (event) => this.#keydown(event));
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.#dialog.close());
    addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) this.#open(event);
    });
    document.querySelector("[data-open-jump]")?.addEventListener("click", (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) this.#open(event);
    });
  }

  #open(event) {
    event.preventDefault();
    this.#input.value = "";
    this.#fill();
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  #fill() {
    const wanted = this.#input.value.trim().toLocaleLowerCase();
    const found = [...document.querySelectorAll("room-list .room-link")].filter((link) =>
      link.querySelector(".room-link__title").textContent.toLocaleLowerCase().includes(wanted),
    );
    this.#list.replaceChildren(...found.map((link, index) => this.#option(link, index)));
    this.querySelector(".jump__empty").hidden = found.length > 0;
    this.#choose(0);
  }

  #option(link, index) {
    const option = link.cloneNode(true);
    option.className = "jump__option";
    option.id = `jump-${index}`;
    option.role = "option";
    option.tabIndex = -1;
    option.removeAttribute("aria-current");
    option.removeAttribute("data-room");
    option.addEventListener("pointermove", () => this.#choose(index));
    return option;
  }

  #choose(index) {
    const options = [...this.#list.children];
    if (options.length === 0) {
      this.#input.removeAttribute("aria-activedescendant");
      return;
    }
    this.#chosen = (index + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.#chosen)));
    options[this.#chosen].scrollIntoView({ block: "nearest" });
    this.#input.setAttribute("aria-activedescendant", options[this.#chosen].id);
  }

  #keydown(event) {
    if (event.key === "ArrowDown") this.#choose(this.#chosen + 1);
    else if (event.key === "ArrowUp") this.#choose(this.#chosen - 1);
    else if (event.key === "Enter" && !event.isComposing) this.#list.children[this.#chosen]?.click();
    else return;
    event.preventDefault();
  }
}

customElements.define("room-jump", RoomJump);
