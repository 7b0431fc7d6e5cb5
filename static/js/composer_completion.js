// Suggestions while one writes: people after `@`, rooms after `#`, emoji after `:`, commands after a first `/`. Arrows
// choose, Enter or Tab takes, Escape closes. Loaded with the first of these characters.

import { connection } from "./live.js";
import { searchEmoji } from "./emoji_table.js";
import { t } from "./words.js";

const MOST = 8;
const MARK = /(?:^|[\s(])([@#:])([^\s@#:]*)$/u;
const COMMAND = /^(\/)(\w*)$/u;
/** What the server understands; see the plain-text door in docs/PROTOCOL.md. */
const COMMANDS = ["join", "leave", "who", "rooms", "msg", "me", "nick", "help"];

export class Completion {
  #text;
  #list;
  #room;
  #insert;
  #found = [];
  #chosen = 0;
  #start = 0;
  #asked = 0;
  #people = null;

  constructor({ text, list, room, insert }) {
    this.#text = text;
    this.#list = list;
    this.#room = room;
    this.#insert = insert;
    text.setAttribute("aria-controls", list.id);
    text.setAttribute("aria-autocomplete", "list");
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.#take(this.#found[[...list.children].indexOf(option)]);
    });
  }

  async update() {
    const before = this.#text.value.slice(0, this.#text.selectionStart);
    const match = MARK.exec(before) ?? COMMAND.exec(before);
    if (!match) return this.close();
    const [, mark, word] = match;
    this.#asked += 1;
    const asked = this.#asked;
    const found = await this.#search(mark, word);
    if (asked !== this.#asked) return;
    this.#start = before.length - word.length - 1;
    // What is typed in full needs no suggestion, and Enter is to send it.
    const isWhole = found.length === 1 && found[0].insert.trim().toLowerCase() === (mark + word).toLowerCase();
    this.#found = isWhole ? [] : found.slice(0, MOST);
    this.#show();
  }

  close() {
    this.#asked += 1;
    this.#found = [];
    this.#show();
  }

  /** Returns true for a key that was meant for the list. */
  keydown(event) {
    if (this.#found.length === 0) return false;
    if (event.key === "ArrowDown") this.#choose(this.#chosen + 1);
    else if (event.key === "ArrowUp") this.#choose(this.#chosen - 1);
    else if (event.key === "Enter" || event.key === "Tab") this.#take(this.#found[this.#chosen]);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  async #search(mark, word) {
    if (mark === "@") return this.#searchPeople(word);
    if (mark === "#") return searchRooms(word);
    if (mark === ":") return word.length < 2 ? [] : searchCodes(word);
    return COMMANDS.filter((name) => name.startsWith(word.toLowerCase())).map((name) => ({ insert: `/${name} `, main: `/${name}`, detail: t(`js.command.${name}`) }));
  }

  async #searchPeople(word) {
    this.#people ??= connection.request("members", { room: this.#room }).then(({ members }) => members);
    const people = await this.#people.catch(() => {
      this.#people = null;
      return [];
    });
    const names = people.map(({ name }) => ({ insert: `@${name} `, main: name }));
    return ranked([...names, { insert: "@room ", main: "room", detail: t("js.command.everyone") }], word);
  }

  #show() {
    const isOpen = this.#found.length > 0;
    this.#list.hidden = !isOpen;
    this.#list.replaceChildren(...this.#found.map((entry, index) => this.#option(entry, index)));
    if (isOpen) this.#choose(0);
    else this.#text.removeAttribute("aria-activedescendant");
  }

  #option({ sign, main, detail }, index) {
    const option = document.createElement("li");
    option.className = "completion__option";
    option.id = `${this.#list.id}-${index}`;
    option.setAttribute("role", "option");
    for (const [name, value] of [["sign", sign], ["main", main], ["detail", detail]]) {
      if (!value) continue;
      const part = document.createElement("span");
      part.className = `completion__${name}`;
      part.textContent = value;
      option.append(part);
    }
    return option;
  }

  #choose(index) {
    const options = [...this.#list.children];
    this.#chosen = (index + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.#chosen)));
    options[this.#chosen].scrollIntoView({ block: "nearest" });
    this.#text.setAttribute("aria-activedescendant", options[this.#chosen].id);
  }

  #take({ insert }) {
    this.#text.setSelectionRange(this.#start, this.#text.selectionStart);
    this.#insert(insert);
    this.close();
  }
}

/** Those that begin with the word first, then those that hold it. */
function ranked(entries, word) {
  const wanted = word.toLocaleLowerCase();
  const at = ({ main }) => main.toLocaleLowerCase().indexOf(wanted);
  return entries.filter((entry) => at(entry) >= 0).sort((one, other) => Number(at(one) > 0) - Number(at(other) > 0));
}

function searchRooms(word) {
  const links = [...document.querySelectorAll('room-list [data-room]:not([data-room^="direct-"])')];
  return ranked(links.map(({ dataset }) => ({ insert: `#${dataset.room} `, sign: "#", main: dataset.room })), word);
}

async function searchCodes(word) {
  const found = await searchEmoji(word, MOST);
  return found.map(({ emoji, codes, name }) => ({ insert: `${emoji} `, sign: emoji, main: codes[0] ? `:${codes[0]}:` : name }));
}
