// Commands that begin with a slash: the server reads them as it does at the plain-text door, and says what came of it.

import { t } from "./words.js";

/** Resolves to `{ say }` (a text to send), `{ answer }` (something to read), `{ problem }`, or nothing of these. */
export async function runCommand(room, line) {
  try {
    const answer = await fetch(`/api/v1/rooms/${encodeURIComponent(room)}/typed`, {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ line }),
    });
    const body = await answer.json();
    if (!answer.ok) return { problem: body.detail ?? body.title };
    if (body.go) {
      const { goTo } = await import("./navigation.js");
      goTo(body.go);
    }
    return { say: body.say, answer: body.text };
  } catch {
    return { problem: t("js.problem.disconnected") };
  }
}
