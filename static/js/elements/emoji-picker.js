// The picker: search by name, the last used first, arrows through the grid, Enter takes. Loaded when somebody opens it; the
// grid fills itself as one scrolls, for there are some 1,900.

import { lastUsed } from "../emoji_recent.js";
import { allEmoji, searchEmoji } from "../emoji_table.js";
import { openBeside } from "../floating.js";
import { toolsOf } from "../message_tools.js";
import { t } from "../words.js";

const CHUNK = 240;

class Picker {
  #dialog;
  #search;
  #grid;
  #name;
  #rest = [];
  #chosen = 0;

  constructor(dialog) {
    this.#dialog = dialog;
    this.#search = dialog.querySelector("input");
    this.#grid = dialog.querySelector("[role=listbox]");
    this.#name = dialog.querySelector("[data-name]");
    this.#search.addEventListener("input", () => this.#fill());
    this.#search.addEventListener("keydown", (event) => this.#keydown(event));
    this.#grid.addEventListener("scroll", () => this.#nearEnd() && this.#more(), { passive: true });
    this.#grid.addEventListener("pointermove", (event) => event.target.role === "option" && this.#choose(this.#options.indexOf(event.target), false));
    this.#grid.addEventListener("click", (event) => event.target.role === "option" && this.#take(event.target));
  }

  open(from) {
    this.#search.value = "";
    openBeside(this.#dialog, from);
    this.#search.focus();
    this.#fill();
    return new Promise((resolve) => this.#dialog.addEventListener("close", () => resolve(this.#dialog.returnValue), { once: true }));
  }

  get #options() {
    return [...this.#grid.querySelectorAll("[role=option]")];
  }

  async #fill() {
    const wanted = this.#search.value.trim();
    const found = wanted ? await searchEmoji(wanted) : await this.#all();
    if (wanted !== this.#search.value.trim()) return;
    this.#rest = found;
    this.#grid.replaceChildren();
    this.#grid.scrollTop = 0;
    this.#more();
    this.#dialog.querySelector(".picker__none").hidden = found.length > 0;
    this.#choose(0);
  }

  async #all() {
    const all = await allEmoji().catch(() => []);
    const known = new Map(all.map((entry) => [entry.emoji, entry]));
    const recent = lastUsed(18).map((emoji) => known.get(emoji) ?? { emoji, name: emoji, codes: [] });
    return [...recent.map((entry) => ({ ...entry, isRecent: true })), ...all];
  }

  #more() {
    const added = this.#rest.splice(0, CHUNK).map((entry) => this.#option(entry));
    const firstOfAll = added.findIndex((option) => !("recent" in option.dataset));
    if (added[0] && "recent" in added[0].dataset) {
      this.#grid.append(heading(t("js.picker.recent")), ...added.slice(0, firstOfAll), heading(""), ...added.slice(firstOfAll));
    } else {
      this.#grid.append(...added);
    }
  }

  #option({ emoji, name, codes, isRecent }) {
    const option = document.createElement("span");
    option.className = "picker__emoji";
    option.role = "option";
    option.id = `emoji-${isRecent ? "r" : ""}${[...emoji].map((char) => char.codePointAt(0).toString(16)).join("-")}`;
    option.textContent = emoji;
    option.dataset.label = codes.length > 0 ? `${name}  :${codes[0]}:` : name;
    option.setAttribute("aria-label", name);
    if (isRecent) option.dataset.recent = "";
    return option;
  }

  #nearEnd() {
    return this.#grid.scrollTop + this.#grid.clientHeight > this.#grid.scrollHeight - 400;
  }

  #choose(index, scrolls = true) {
    const options = this.#options;
    options[this.#chosen]?.removeAttribute("aria-selected");
    this.#chosen = Math.min(Math.max(0, index), options.length - 1);
    const option = options[this.#chosen];
    option?.setAttribute("aria-selected", "true");
    if (scrolls) option?.scrollIntoView({ block: "nearest" });
    this.#name.textContent = option?.dataset.label ?? "";
    if (option) this.#search.setAttribute("aria-activedescendant", option.id);
    else this.#search.removeAttribute("aria-activedescendant");
  }

  /** The option above or below: the grid has as many columns as fit. */
  #row(step) {
    const options = this.#options;
    const box = options[this.#chosen]?.getBoundingClientRect();
    if (!box) return;
    const inRow = options.filter((option) => Math.sign(option.getBoundingClientRect().top - box.top) === step);
    if (inRow.length === 0) return;
    const tops = inRow.map((option) => option.getBoundingClientRect().top);
    const top = step > 0 ? Math.min(...tops) : Math.max(...tops);
    const row = inRow.filter((_, at) => tops[at] === top);
    const nearest = row.reduce((one, other) => (Math.abs(other.getBoundingClientRect().left - box.left) < Math.abs(one.getBoundingClientRect().left - box.left) ? other : one));
    this.#choose(options.indexOf(nearest));
    if (this.#nearEnd()) this.#more();
  }

  #keydown(event) {
    const rtl = document.documentElement.dir === "rtl" ? -1 : 1;
    if (event.key === "ArrowDown") this.#row(1);
    else if (event.key === "ArrowUp") this.#row(-1);
    else if (event.key === "ArrowRight") this.#choose(this.#chosen + rtl);
    else if (event.key === "ArrowLeft") this.#choose(this.#chosen - rtl);
    else if (event.key === "Enter" && !event.isComposing) this.#take(this.#options[this.#chosen]);
    else return;
    event.preventDefault();
  }

  #take(option) {
    if (option) this.#dialog.close(option.textContent);
  }
}

function heading(text) {
  const line = document.createElement("span");
  line.className = "picker__heading";
  line.textContent = text;
  line.setAttribute("role", "presentation");
  return line;
}

const pickers = new WeakMap();

/** Opens the picker beside an element; resolves to an emoji, or to "" when it is closed without one. */
export function pickEmoji(timeline, from) {
  const dialog = toolsOf(timeline).querySelector("dialog.picker");
  if (!pickers.has(dialog)) pickers.set(dialog, new Picker(dialog));
  return pickers.get(dialog).open(from);
}
