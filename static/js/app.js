// The entry: defines what every page needs at once and opens the connection. What only some pages or some moments need is
// loaded then. Pages are whole without any of it.

import "./elements/connection-status.js";
import "./elements/message-composer.js";
import "./elements/room-list.js";
import "./elements/room-timeline.js";
import "./elements/typing-line.js";
import "./navigation.js";
import "./side_panel.js";
import { connection, viewer } from "./live.js";
import { watchKeys } from "./keys.js";
import { watchMenus } from "./menus.js";

/** Elements that are loaded when one of them is on the page. */
const LATER = {
  "copy-text": () => import("./elements/copy-text.js"),
  "figure-charts": () => import("./elements/figure-charts.js"),
  "filter-list": () => import("./elements/filter-list.js"),
  "pins-panel": () => import("./elements/pins-panel.js"),
  "thread-panel": () => import("./elements/thread-panel.js"),
  "push-devices": () => import("./elements/push-devices.js"),
  "room-people": () => import("./elements/room-people.js"),
  "panel-links": () => import("./elements/panel-links.js"),
};

function defineLater() {
  for (const [tag, load] of Object.entries(LATER)) {
    if (!customElements.get(tag) && document.querySelector(tag)) load().catch(() => {}); // the page works without
  }
}

/** A name, in a message or in a list, shows who that is. */
function watchNames() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-card], a.mention[data-user]");
    if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (viewer.kind !== "account") return;
    event.preventDefault();
    import("./person_card.js").then(({ showCard }) => showCard(link)).catch(() => location.assign(link.href));
  });
}

watchNames();
watchMenus();
watchKeys();
defineLater();
document.addEventListener("page-enter", defineLater);
document.addEventListener("panel-opened", defineLater);

if (viewer.kind !== "nobody") connection.start();
// A keyboard on the screen.
if (window.visualViewport && matchMedia("(pointer: coarse)").matches) import("./seen_height.js").then(({ follow }) => follow());

// After everything that can be seen.
const whenIdle = globalThis.requestIdleCallback ?? setTimeout;
const later = (load) => whenIdle(() => load().then(({ start }) => start()).catch(() => {}));
if (viewer.kind !== "nobody") later(() => import("./offline.js"));
if (viewer.kind !== "nobody") later(() => import("./presence.js"));
if (document.body.dataset.sound !== undefined) later(() => import("./sound.js"));
