// Forms inside a panel or a card: sent in place, and what the server answers with is shown there.

import { pageDocument } from "./trusted_html.js";

/** Sends a form as the browser would. Gives the part of the answer that is meant for panels, or `null`. */
export async function sendForm(form) {
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin", headers: { accept: "text/html" } });
  const part = pageDocument(await answer.text())?.querySelector("[data-panel-page]");
  return part ? document.importNode(part, true) : null;
}
