// The field people write in, in the room and in a thread: Enter sends, Shift+Enter makes a line, it grows, what is pasted is
// clean text, and after `@`, `#`, `:` and a first `/` there are suggestions (loaded then).

const WANTS_COMPLETION = /(?:^|[\s(])[@#:][^\s@#:]*$|^\/\w*$/u;

export class ComposerField {
  #text;
  #list;
  #room;
  #submit;
  #changed;
  #completion = null;

  /** `submit()` when Enter is pressed; `changed()` after every change. */
  constructor({ text, list, room, submit, changed }) {
    this.#text = text;
    this.#list = list;
    this.#room = room;
    this.#submit = submit;
    this.#changed = changed;
    text.addEventListener("keydown", (event) => this.#keydown(event));
    text.addEventListener("input", () => this.#input());
    text.addEventListener("paste", (event) => this.#paste(event));
    text.addEventListener("blur", () => this.#completion?.close());
    this.grow();
  }

  get value() {
    return this.#text.value;
  }

  set value(text) {
    this.#text.value = text;
    this.#completion?.close();
    this.grow();
    this.#changed();
  }

  /** Puts a text where the cursor is, so that it can be undone like typing. */
  insert(text) {
    this.#text.focus();
    if (!document.execCommand?.("insertText", false, text)) {
      this.#text.setRangeText(text, this.#text.selectionStart, this.#text.selectionEnd, "end");
      this.#input();
    }
  }

  /** Browsers without `field-sizing` get the height from the script. */
  grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#text.style.blockSize = "auto";
    this.#text.style.blockSize = `${this.#text.scrollHeight}px`;
  }

  #keydown(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (this.#completion?.keydown(event)) return;
    if (event.key !== "Enter" || event.shiftKey) return;
    // On a phone Enter is the only way to a new line; there the button sends.
    if (matchMedia("(pointer: coarse) and (hover: none)").matches) return;
    event.preventDefault();
    if (this.#text.value.trim()) this.#submit();
  }

  #input() {
    this.grow();
    this.#changed();
    const { value, selectionStart } = this.#text;
    if (WANTS_COMPLETION.test(value.slice(0, selectionStart))) this.#complete();
    else this.#completion?.close();
  }

  async #complete() {
    if (!this.#completion) {
      const { Completion } = await import("./composer_completion.js");
      this.#completion ??= new Completion({ text: this.#text, list: this.#list, room: this.#room, insert: (text) => this.insert(text) });
    }
    this.#completion.update();
  }

  /** Other programs leave characters behind that nobody sees, but that stay in what is sent. */
  #paste(event) {
    const text = event.clipboardData?.getData("text/plain");
    if (!text) return;
    const { value, selectionStart, selectionEnd } = this.#text;
    const chosen = value.slice(selectionStart, selectionEnd);
    // An address pasted over words makes a link of them.
    const clean = chosen && /^https?:\/\/\S+$/.test(text.trim()) && !/[[\]\n]/.test(chosen) ? `[${chosen}](${text.trim()})` : cleaned(text);
    if (clean === text) return;
    event.preventDefault();
    this.insert(clean);
  }
}

/** One kind of line end, real spaces, nothing invisible (but what joins emoji), no empty lines around. */
export function cleaned(text) {
  return text
    .replace(/\r\n?|\u2028|\u2029/g, "\n")
    .replace(/[\u00a0\u2007\u202f]/g, " ")
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b\u2060\ufeff]/g, "")
    .replace(/[ \t]+$/gm, "")
    .replace(/^\n+|\n+$/g, "");
}
