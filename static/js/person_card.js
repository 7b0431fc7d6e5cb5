// A small card over the page: who somebody is and what one can do, beside the name that was clicked. What it shows is the
// page of that person; without a script, or when it cannot be had, the link leads there.

import { closePanel, shownPanel } from "./side_panel.js";
import { sendForm } from "./panel_forms.js";
import { pageDocument } from "./trusted_html.js";

const GAP_PX = 6;

let card = null;

/** A mention in a message names an id; its card knows the room too. */
function addressOf(link) {
  if (!link.dataset.user) return link.href;
  const room = document.querySelector("room-timeline")?.dataset.room ?? "";
  return `/people/${encodeURIComponent(link.dataset.user)}?room=${encodeURIComponent(room)}`;
}

export async function showCard(link) {
  try {
    const answer = await fetch(addressOf(link), { credentials: "same-origin", headers: { accept: "text/html" } });
    fill(pageDocument(await answer.text()).querySelector(".person-card"));
  } catch {
    location.assign(link.href);
    return;
  }
  card.showPopover();
  place(link);
  const first = card.querySelector("[autofocus]") ?? card.querySelector("a[href], button");
  first?.focus({ preventScroll: true });
  card.addEventListener("toggle", ({ newState }) => newState === "closed" && !document.activeElement?.closest?.("input, textarea") && link.isConnected && link.focus({ preventScroll: true }), { once: true });
}

function fill(part) {
  if (!card?.isConnected) {
    card = document.createElement("div");
    card.className = "card-popover";
    card.popover = "auto";
    card.role = "dialog";
    card.addEventListener("submit", submitted);
    card.addEventListener("click", (event) => event.target.closest("a[href]") && card.hidePopover());
    document.body.append(card);
  }
  card.setAttribute("aria-label", part.dataset.panelPage);
  card.replaceChildren(document.importNode(part, true));
}

/** Under the name, or over it where there is more room; on a phone the style sheet puts it at the bottom. */
function place(link) {
  card.style.removeProperty("inset");
  if (matchMedia("(max-width: 719.98px)").matches) return;
  const at = link.getBoundingClientRect();
  const { width, height } = card.getBoundingClientRect();
  const left = Math.max(GAP_PX, Math.min(document.dir === "rtl" ? at.right - width : at.left, innerWidth - width - GAP_PX));
  const below = at.bottom + GAP_PX + height <= innerHeight;
  const top = below ? at.bottom + GAP_PX : Math.max(GAP_PX, at.top - GAP_PX - height);
  card.style.inset = `${top}px auto auto ${left}px`;
}

async function submitted(event) {
  event.preventDefault();
  await sendForm(event.target);
  card.hidePopover();
  // The list behind the card shows the role as it was.
  if (shownPanel() === "members") document.querySelector("[data-panel-link=members]")?.dispatchEvent(new CustomEvent("panel-refresh", { bubbles: true }));
  else closePanel();
}
