// Where a dialog stands: beside what it belongs to, inside the window. On small screens the style makes it a sheet at the
// bottom, and the place does not matter.

const GAP_PX = 4;
const EDGE_PX = 8;

/** The finger of a long press is lifted over what has just opened: only a press that begins there counts. */
function prepare(dialog) {
  dialog.addEventListener("pointerdown", () => (dialog.dataset.ready = "pressed"), { capture: true });
  dialog.addEventListener("click", (event) => {
    if (event.detail > 0 && dialog.dataset.ready !== "pressed") event.stopImmediatePropagation();
    else if (event.target === dialog) dialog.close();
  }, { capture: true });
}

/** Opens a dialog beside an element or a place. A click beside it closes it; the focus goes back by itself. */
export function openBeside(dialog, from) {
  if (!dialog.dataset.ready) prepare(dialog);
  dialog.dataset.ready = "shown";
  dialog.returnValue = "";
  dialog.showModal();
  const anchor = from.getBoundingClientRect();
  const box = dialog.getBoundingClientRect();
  const rtl = document.documentElement.dir === "rtl";
  const x = rtl ? anchor.left : anchor.right - box.width;
  const isBelow = anchor.bottom + GAP_PX + box.height < innerHeight;
  const y = isBelow ? anchor.bottom + GAP_PX : anchor.top - GAP_PX - box.height;
  const within = (value, size, room) => Math.min(Math.max(EDGE_PX, value), Math.max(EDGE_PX, room - size - EDGE_PX));
  dialog.style.setProperty("--place-x", `${Math.round(within(x, box.width, innerWidth))}px`);
  dialog.style.setProperty("--place-y", `${Math.round(within(y, box.height, innerHeight))}px`);
}
