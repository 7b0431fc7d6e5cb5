// The menu of a message (a sheet on small screens) and its small dialogs: whether to delete, and which day.

import { lastUsed } from "./emoji_recent.js";
import { openBeside } from "./floating.js";
import { mayDo } from "./message_deeds.js";
import { toolsOf } from "./message_tools.js";

/** Opens the menu; `chosen(deed, emoji)` is called once it is closed and the focus is back. */
export function openMenu(timeline, node, from, chosen) {
  const menu = toolsOf(timeline).querySelector("dialog.menu");
  const items = [...menu.querySelectorAll("[data-do]")];
  for (const item of items) item.hidden = !mayDo(item.dataset.do, node, timeline);
  const pin = menu.querySelector("[data-do=pin]");
  pin.querySelector("span").textContent = node.classList.contains("message--pinned") ? pin.dataset.labelOn : pin.dataset.labelOff;
  fillRecent(menu, mayDo("react", node, timeline));
  const life = new AbortController();
  menu.addEventListener("click", (event) => {
    const item = event.target.closest("[data-do], [data-emoji]");
    if (item) menu.close(item.dataset.emoji ? `:${item.dataset.emoji}` : item.dataset.do);
  }, { signal: life.signal });
  menu.addEventListener("keydown", (event) => move(event, menu), { signal: life.signal });
  menu.addEventListener("close", () => {
    life.abort();
    const { returnValue } = menu;
    if (returnValue.startsWith(":")) chosen("put", returnValue.slice(1));
    else if (returnValue) chosen(returnValue);
  }, { signal: life.signal });
  openBeside(menu, from);
  menu.querySelector(".menu__item:not([hidden])").focus();
}

function fillRecent(menu, shown) {
  const row = menu.querySelector("[data-recent]");
  row.hidden = !shown;
  row.replaceChildren(...lastUsed(6).map((emoji) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "menu__emoji";
    button.dataset.emoji = emoji;
    button.textContent = emoji;
    return button;
  }));
}

/** Arrows walk through the menu; a deed's own key does it. */
function move(event, menu) {
  const items = [...menu.querySelectorAll("button")].filter((item) => !item.hidden && !item.closest("[hidden]"));
  const at = items.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) items[(at + step + items.length) % items.length].focus();
  else if (event.key === "Home") items[0].focus();
  else if (event.key === "End") items.at(-1).focus();
  else return;
  event.preventDefault();
}

/** Asks whether to delete; resolves to true or false. */
export function confirmDelete(timeline, node) {
  const dialog = toolsOf(timeline).querySelector("dialog.ask:not([data-day])");
  dialog.querySelector("[data-text]").textContent = node.querySelector(".message__text").innerText;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "delete"), { once: true }));
}

/** Asks for a day; the form leads to the first message of it. */
export function pickDay(timeline) {
  const dialog = toolsOf(timeline).querySelector("dialog[data-day]");
  const input = dialog.querySelector("input");
  input.max = new Date().toISOString().slice(0, 10);
  dialog.querySelector("[data-close]").onclick = () => dialog.close();
  dialog.showModal();
  input.focus();
}
