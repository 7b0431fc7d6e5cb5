// The deeds: what can be done with a message, one function for each, and who may. Whatever the server refuses is said under
// the field; what it accepts comes back as a frame, to this page like to all others.

import { connection, viewer } from "./live.js";
import { remember } from "./emoji_recent.js";
import { say } from "./notice.js";
import { openPanelPage } from "./side_panel.js";
import { explain, t } from "./words.js";

const seqOf = (node) => Number(node.dataset.seq);
const isMine = (node) => node.dataset.author === viewer.id;

/** Whether the page offers a deed; the server decides. */
export function mayDo(deed, node, timeline) {
  const { canPost, canPin, canModerate } = timeline.dataset;
  if (node.classList.contains("message--deleted")) return deed === "thread" || deed === "link";
  if (deed === "edit") return isMine(node) && canPost !== undefined;
  if (deed === "delete") return (isMine(node) && canPost !== undefined) || canModerate !== undefined;
  if (deed === "pin") return canPin !== undefined;
  if (deed === "react" || deed === "reply") return canPost !== undefined;
  if (deed === "report") return viewer.kind === "account" && !isMine(node) && node.dataset.kind === "message";
  if (deed === "unread") return viewer.kind === "account";
  return true;
}

async function ask(timeline, type, fields) {
  try {
    await connection.request(type, { room: timeline.dataset.room, ...fields });
  } catch (error) {
    say(explain(error), { isError: true });
  }
}

const compose = (timeline, name, detail) => timeline.closest(".room").dispatchEvent(new CustomEvent(name, { detail }));

function copy(text, done) {
  if (!navigator.clipboard) {
    say(text); // on plain http there is no clipboard: it can be marked and copied by hand
    return;
  }
  navigator.clipboard.writeText(text).then(() => say(done), () => say(text));
}

export const DEEDS = {
  report(timeline, node) {
    location.assign(`${timeline.dataset.roomUrl}/${seqOf(node)}/report`);
  },

  reply(timeline, node) {
    compose(timeline, "reply-to", { node });
  },

  async edit(timeline, node) {
    const text = await sourceOf(timeline, seqOf(node));
    if (text !== null) compose(timeline, "edit-message", { node, text });
  },

  async react(timeline, node, from) {
    const { pickEmoji } = await import("./elements/emoji-picker.js");
    const emoji = await pickEmoji(timeline, from?.isConnected ? from : node);
    if (emoji) DEEDS.put(timeline, node, emoji);
  },

  put(timeline, node, emoji) {
    remember(emoji);
    return ask(timeline, "react", { seq: seqOf(node), emoji, on: true });
  },

  toggle(timeline, node, pill) {
    const on = pill.getAttribute("aria-pressed") !== "true";
    if (on) remember(pill.value);
    return ask(timeline, "react", { seq: seqOf(node), emoji: pill.value, on });
  },

  /** A live reaction says how many people there are, not who. */
  async names(timeline, node, pill) {
    pill.title = "…";
    const { events } = await connection.request("history", { room: timeline.dataset.room, after: seqOf(node) - 1, limit: 1 }).catch(() => ({ events: [] }));
    const found = events[0]?.reactions?.find(({ emoji }) => emoji === pill.value);
    if (!found) return pill.removeAttribute("title");
    const others = found.count - found.users.length;
    const names = found.users.map(({ name }) => name).concat(others > 0 ? [`+${others}`] : []).join(", ");
    pill.title = names;
    pill.setAttribute("aria-label", `${pill.value} ${found.count}: ${names}`);
  },

  pin(timeline, node) {
    return ask(timeline, "pin", { seq: seqOf(node), on: !node.classList.contains("message--pinned") });
  },

  async delete(timeline, node) {
    const { confirmDelete } = await import("./message_menu.js");
    if (!(await confirmDelete(timeline, node))) return;
    await ask(timeline, "delete", { seq: seqOf(node) });
  },

  copy(timeline, node) {
    copy(node.querySelector(".message__text").innerText, t("js.message.text_copied"));
  },

  link(timeline, node) {
    copy(node.querySelector(".message__time").href, t("js.message.link_copied"));
  },

  async unread(timeline, node) {
    try {
      await timeline.markUnread(seqOf(node));
      say(t("js.timeline.marked_unread"));
    } catch (error) {
      say(explain(error), { isError: true });
    }
  },

  async thread(timeline, node) {
    openPanelPage("thread", `${timeline.dataset.baseUrl}/${node.dataset.thread ?? node.dataset.seq}/thread`);
  },

  async day(timeline) {
    const { pickDay } = await import("./message_menu.js");
    pickDay(timeline);
  },
};

/** The text of a message as it was written, or `null`. */
export async function sourceOf(timeline, seq) {
  try {
    const { events } = await connection.request("history", { room: timeline.dataset.room, after: seq - 1, limit: 1 });
    return events[0]?.seq === seq ? events[0].text : null;
  } catch (error) {
    say(explain(error), { isError: true });
    return null;
  }
}

