// The entry: defines the elements of the shell and opens the connection. Pages are whole without it.

import "./elements/connection-status.js";
import "./elements/copy-text.js";
import "./elements/message-composer.js";
import "./elements/room-jump.js";
import "./elements/room-list.js";
import "./elements/room-panel.js";
import "./elements/room-timeline.js";
import "./elements/typing-line.js";
import "./side_panel.js";
import { connection, viewer } from "./live.js";

/** Menus are `<details>`: they close on Escape and on a click elsewhere. */
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  const menu = document.activeElement?.closest("details[data-menu][open]") ?? document.querySelector("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

addEventListener("click", (event) => {
  // The panel stays beside the timeline on wide screens; only floating menus follow the click.
  if (event.target.closest(".room") && matchMedia("(min-width: 1100px)").matches) return closeMenus(document.querySelector(".panel"));
  closeMenus(event.target);
});

if (viewer.kind !== "nobody") connection.start();
