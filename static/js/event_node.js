// From an event of the log to what is put into the timeline: the HTML the server made for everybody, and what only this
// reader sees in it: that it calls them, and which reactions are theirs.

import { viewer } from "./live.js";
import { messageNode } from "./trusted_html.js";

/** True for a message that calls the reader, by name or with everybody else. */
export function callsMe(event) {
  return Boolean(event.everyone) || (event.mentions ?? []).some(({ id }) => id === viewer.id);
}

/** The node of an event, or `null` for one that shows nothing by itself. */
export function eventNode(event) {
  const node = event.html ? messageNode(event.html) : null;
  if (!node || event.type !== "message") return node;
  if (callsMe(event) && event.author?.id !== viewer.id) node.classList.add("message--calls-me");
  for (const { emoji, mine } of event.reactions ?? []) if (mine) markMine(pillOf(node, emoji), true);
  return node;
}

/** The pill of an emoji on a message, or nothing. */
export function pillOf(node, emoji) {
  return [...node.querySelectorAll(".reaction")].find((pill) => pill.value === emoji);
}

export function markMine(pill, mine) {
  pill?.classList.toggle("reaction--mine", mine);
  pill?.setAttribute("aria-pressed", String(mine));
}
