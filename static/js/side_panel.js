// The panel at the end side: one at a time, closed at first. Its contents come as a node (a thread, say), or from a page of
// ours that also stands by itself (people, pins, settings), so that every link to a panel works without a script.
//
//   openPanel("thread", node, { title: "Thread" })     shows a node; whatever was in the panel before goes
//   openPanelPage("members", "/rooms/lobby/members")   shows `[data-panel-page]` of that page
//   closePanel()                                       the focus goes back to where it came from
//   shownPanel()                                       the name of the panel that is open, or ""
//
// A link with `data-panel-link="name"` opens its page in the panel and closes it again. `document` hears "panel-opened" and
// "panel-closed", both with `detail.name`. On narrow screens the panel covers the page and the browser's back closes it.

import { pageDocument } from "./trusted_html.js";

const NARROW = matchMedia("(max-width: 719.98px)");

const panel = () => document.querySelector("[data-panel]");

let shown = "";
let opener = null;
let asked = 0;

export function shownPanel() {
  return shown;
}

/** Shows a node. `focus: false` leaves the focus where it is, for panels that nobody has asked for just now. */
export function openPanel(name, node, { title = "", focus = true } = {}) {
  const frame = panel();
  if (!frame) return;
  asked += 1;
  const isNew = shown === "";
  if (shown && shown !== name) tell("panel-closed", shown);
  if (!frame.contains(document.activeElement)) opener = document.activeElement;
  frame.querySelector("[data-panel-title]").textContent = title;
  frame.querySelector("[data-panel-body]").replaceChildren(node);
  frame.dataset.panel = name;
  frame.hidden = false;
  shown = name;
  mark();
  if (isNew && NARROW.matches) history.pushState({ ...history.state, panel: name }, "");
  if (focus) frame.querySelector("[data-panel-title]").focus({ preventScroll: true });
  tell("panel-opened", name);
}

/** Loads a page and shows the part of it that is meant for panels. Goes there if that fails. */
export async function openPanelPage(name, url) {
  asked += 1;
  const mine = asked;
  try {
    const answer = await fetch(url, { credentials: "same-origin", headers: { accept: "text/html" } });
    const page = answer.ok && pageDocument(await answer.text());
    const part = page && page.querySelector("[data-panel-page]");
    if (!part) throw new Error("this page has nothing for a panel");
    if (mine !== asked) return; // another one was asked for meanwhile
    openPanel(name, document.importNode(part, true), { title: part.dataset.panelPage });
  } catch {
    if (mine === asked) location.assign(url);
  }
}

export function closePanel() {
  asked += 1;
  if (!shown) return;
  // The way back on the phone is a step of the history: taking it closes the panel.
  if (history.state?.panel) history.back();
  else shut();
}

function shut() {
  const name = shown;
  const frame = panel();
  const hadFocus = frame?.contains(document.activeElement);
  shown = "";
  mark();
  if (frame) {
    frame.hidden = true;
    frame.dataset.panel = "";
    frame.querySelector("[data-panel-body]").replaceChildren();
  }
  if (hadFocus && opener?.isConnected) opener.focus({ preventScroll: true });
  opener = null;
  tell("panel-closed", name);
}

function mark() {
  for (const link of document.querySelectorAll("[data-panel-link]")) link.setAttribute("aria-expanded", String(link.dataset.panelLink === shown));
}

function tell(what, name) {
  document.dispatchEvent(new CustomEvent(what, { detail: { name } }));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-panel-close]")) closePanel();
  const link = event.target.closest("a[data-panel-link]");
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (shown === link.dataset.panelLink) closePanel();
  else openPanelPage(link.dataset.panelLink, link.href);
});

document.addEventListener("panel-refresh", ({ target }) => target.dataset.panelLink === shown && openPanelPage(shown, target.href));

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-panel-form]") || !form.closest("[data-panel-body]")) return;
  event.preventDefault();
  const name = shown;
  const { sendForm } = await import("./panel_forms.js");
  try {
    const part = await sendForm(form);
    if (!part) throw new Error("this page has nothing for a panel");
    if (shown === name) openPanel(name, part, { title: part.dataset.panelPage });
  } catch {
    location.assign(document.querySelector(`[data-panel-link="${name}"]`)?.href ?? location.href);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !shown || document.querySelector("dialog[open]")) return;
  if (panel().contains(document.activeElement) || document.activeElement === document.body) closePanel();
});

addEventListener("popstate", (event) => {
  if (shown && !event.state?.panel) shut();
});

/** Another page takes the place of this one: the panel belonged to the old one. */
document.addEventListener("page-leave", () => shown && shut());
