// The keys of the shell. What they open is loaded with the first press. The list people see is templates/partials/shortcuts.html.

const isTyping = (target) => target?.matches?.("input:not([type=radio], [type=checkbox], [type=submit]), textarea, select, [contenteditable]");

/** The rooms of the list, in its order. */
const rooms = () => [...document.querySelectorAll("room-list .room-link")];

function openJump(event) {
  event.preventDefault();
  import("./elements/room-jump.js").then(() => document.querySelector("room-jump").open());
}

function openShortcuts(event) {
  event.preventDefault();
  import("./shortcuts.js").then(({ show }) => show());
}

/** The room before or after this one; with `unread`, the next one that has something new. */
function step(by, unread) {
  const all = rooms();
  const here = all.findIndex((link) => link.getAttribute("aria-current"));
  for (let count = 1; count <= all.length; count += 1) {
    const link = all[(here + by * count + all.length * 2) % all.length];
    if (!unread || link.classList.contains("room-link--unread")) return link.click();
  }
}

function pressed(event) {
  if (event.defaultPrevented || event.isComposing) return;
  const held = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (key === "k" && held && !event.shiftKey && !event.altKey) return openJump(event);
  if (document.querySelector("dialog[open]")) return;
  if (event.altKey && !held && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    return step(event.key === "ArrowUp" ? -1 : 1, event.shiftKey);
  }
  if (key === "/" && held) return openShortcuts(event);
  if (held || event.altKey || isTyping(event.target)) return;
  if (event.key === "?") openShortcuts(event);
}

export function watchKeys() {
  // Before the composer, which takes every letter that nobody else wants.
  addEventListener("keydown", pressed, { capture: true });
  addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    if (event.target.closest?.("[data-open-jump]")) openJump(event);
    if (event.target.closest?.("[data-open-shortcuts]")) openShortcuts(event);
  });
  if (navigator.platform.startsWith("Mac")) {
    for (const key of document.querySelectorAll("[data-open-jump] kbd")) key.textContent = "⌘ K";
  }
}

