// Shows a text as it will look: the server renders it, as it will the message.

import { textNodes } from "./trusted_html.js";
import { t } from "./words.js";

/** Opens the preview of a composer, or closes it. */
export async function showPreview(composer, text) {
  const box = composer.querySelector("[data-preview]");
  const button = composer.querySelector("[data-preview-toggle]");
  const opens = box.hidden && text.trim() !== "";
  button.setAttribute("aria-pressed", String(opens));
  box.hidden = !opens;
  if (!opens) {
    box.replaceChildren();
    return;
  }
  const answer = await fetch("/api/v1/preview", {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ text, room: composer.dataset.room }),
  }).catch(() => null);
  const nodes = answer?.ok && textNodes((await answer.json()).html);
  box.replaceChildren(nodes || t(answer ? "js.problem.unavailable" : "js.problem.disconnected"));
}
