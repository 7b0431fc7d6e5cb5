// <room-jump>: behind Ctrl K. Type a part of a name: the rooms of the list are found at once, rooms, people and messages of
// the whole server a moment later. Arrows choose, Enter goes there.

import { t } from "../words.js";

const ASK_AFTER_MS = 120;

/** Upper and lower case, and accents, make no difference to who looks for something. */
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

class RoomJump extends HTMLElement {
  #dialog;
  #input;
  #list;
  #chosen = 0;
  #asked = null;
  #timer = 0;

  connectedCallback() {
    this.#dialog = this.querySelector("dialog");
    this.#input = this.querySelector("input");
    this.#list = this.querySelector("[role=listbox]");
    this.#input.addEventListener("input", () => this.#changed());
    this.#input.addEventListener("keydown", (event) => this.#keydown(event));
    this.#list.addEventListener("pointermove", (event) => this.#point(event));
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.#dialog.close());
  }

  open() {
    this.#input.value = "";
    this.#changed();
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#input.focus();
  }

  #changed() {
    const wanted = this.#input.value.trim();
    this.#asked?.abort();
    clearTimeout(this.#timer);
    this.#show(this.#here(wanted), [], wanted);
    if (wanted) this.#timer = setTimeout(() => this.#ask(wanted), ASK_AFTER_MS);
  }

  /** The rooms of the list: the best guess is what begins with what was typed, then what is unread. */
  #here(wanted) {
    const links = [...document.querySelectorAll("room-list .room-link")].filter((link) => !link.getAttribute("aria-current") || wanted);
    const rank = (link) => {
      const title = plain(titleOf(link));
      const at = title.indexOf(plain(wanted));
      if (at < 0) return -1;
      return (at === 0 ? 4 : 0) + (/[\s_-]/.test(title[at - 1] ?? "") ? 2 : 0) + (link.classList.contains("room-link--unread") ? 1 : 0);
    };
    return links.map((link, index) => ({ link, index, rank: rank(link) })).filter(({ rank }) => rank >= 0)
      .sort((one, other) => other.rank - one.rank || one.index - other.index).map(({ link }) => link);
  }

  async #ask(wanted) {
    this.#asked = new AbortController();
    try {
      const answer = await fetch(`/api/v1/find?q=${encodeURIComponent(wanted)}`, { credentials: "same-origin", signal: this.#asked.signal });
      if (!answer.ok) return;
      const { rooms = [], people = [], messages = [] } = await answer.json();
      const here = this.#here(wanted);
      const known = new Set(here.map((link) => link.getAttribute("href")));
      this.#show(here, [
        { label: t("js.jump.rooms"), found: rooms.filter(({ url }) => !known.has(url)).map((room) => option({ url: room.url, title: room.title, icon: room.kind === "private" ? "private" : "room" })) },
        { label: t("js.jump.people"), found: people.filter(({ url }) => !known.has(url)).map((person) => option({ url: person.url, title: person.name, icon: "people" })) },
        { label: t("js.jump.messages"), found: messages.map((message) => option({ url: message.url, title: message.text, detail: `${message.author?.name ?? message.author} · ${message.title ?? message.room}`, icon: "search" })) },
      ], wanted);
    } catch {
      // No answer, or another question came: what is here stays.
    }
  }

  /** Rooms of the list first, then the groups that were found. What was chosen stays chosen. */
  #show(links, groups, wanted) {
    const before = this.#options()[this.#chosen]?.getAttribute("href");
    const parts = links.map((link) => copyOf(link));
    for (const { label, found } of groups) {
      if (found.length === 0) continue;
      const group = document.createElement("div");
      group.role = "group";
      group.ariaLabel = label;
      const heading = document.createElement("p");
      heading.className = "jump__group";
      heading.ariaHidden = "true";
      heading.textContent = label;
      group.append(heading, ...found);
      parts.push(group);
    }
    this.#list.replaceChildren(...parts);
    const options = this.#options();
    options.forEach((one, index) => (one.id = `jump-${index}`));
    this.querySelector(".jump__empty").hidden = options.length > 0 || !wanted;
    const kept = options.findIndex((one) => one.getAttribute("href") === before);
    this.#choose(groups.length > 0 && kept >= 0 ? kept : 0, false);
  }

  #options() {
    return [...this.#list.querySelectorAll("[role=option]")];
  }

  #point(event) {
    const index = this.#options().indexOf(event.target.closest("[role=option]"));
    if (index >= 0 && index !== this.#chosen) this.#choose(index, false);
  }

  #choose(index, scroll = true) {
    const options = this.#options();
    this.#input.setAttribute("aria-expanded", String(options.length > 0));
    if (options.length === 0) {
      this.#input.removeAttribute("aria-activedescendant");
      return;
    }
    this.#chosen = (index + options.length) % options.length;
    options.forEach((one, at) => one.setAttribute("aria-selected", String(at === this.#chosen)));
    if (scroll) options[this.#chosen].scrollIntoView({ block: "nearest" });
    this.#input.setAttribute("aria-activedescendant", options[this.#chosen].id);
  }

  #keydown(event) {
    if (event.key === "ArrowDown") this.#choose(this.#chosen + 1);
    else if (event.key === "ArrowUp") this.#choose(this.#chosen - 1);
    else if (event.key === "Enter" && !event.isComposing) this.#go();
    else return;
    event.preventDefault();
  }

  #go() {
    const link = this.#options()[this.#chosen];
    if (!link) return;
    this.#dialog.close();
    link.click();
  }
}

const titleOf = (link) => link.querySelector(".room-link__title").textContent;

function copyOf(link) {
  const copy = link.cloneNode(true);
  copy.className = "jump__option";
  copy.role = "option";
  copy.tabIndex = -1;
  for (const name of ["aria-current", "data-room"]) copy.removeAttribute(name);
  return copy;
}

function option({ url, title, detail = "", icon }) {
  const link = document.createElement("a");
  link.className = "jump__option";
  link.role = "option";
  link.tabIndex = -1;
  link.href = url;
  const sign = document.querySelector(`.icon--${icon}`)?.cloneNode(true);
  if (sign) link.append(sign);
  const words = document.createElement("span");
  words.className = "room-link__title";
  words.dir = "auto";
  words.textContent = title;
  link.append(words);
  if (!detail) return link;
  const more = document.createElement("span");
  more.className = "jump__detail";
  more.textContent = detail;
  link.append(more);
  return link;
}

customElements.define("room-jump", RoomJump);
