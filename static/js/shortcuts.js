// The list of keys, on `?`: the part of the page /shortcuts that is meant for panels, in a dialog.

import { pageDocument } from "./trusted_html.js";

let dialog = null;

export async function show() {
  dialog ??= await made();
  if (dialog && !dialog.open) dialog.showModal();
}

async function made() {
  const address = "/shortcuts";
  try {
    const answer = await fetch(address, { credentials: "same-origin", headers: { accept: "text/html" } });
    const part = pageDocument(await answer.text())?.querySelector("[data-panel-page]");
    const frame = document.createElement("dialog");
    frame.className = "sheet";
    frame.setAttribute("aria-labelledby", "shortcuts-title");
    frame.append(document.importNode(part, true));
    frame.addEventListener("click", (event) => (event.target === frame || event.target.closest("[data-close]")) && frame.close());
    document.body.append(frame);
    return frame;
  } catch {
    location.assign(address);
    return null;
  }
}
