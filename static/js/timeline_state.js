// What becomes of messages that are on the page: edits, deletions, reactions, pins, replies. Every change may come twice, and
// after a later page of history has brought it already, so each is applied by its number and by what holds afterwards.

import { markMine, pillOf } from "./event_node.js";
import { viewer } from "./live.js";
import { writeTime } from "./local_time.js";
import { pillNode, textNodes } from "./trusted_html.js";
import { t } from "./words.js";

const QUOTED_CHARS = 200;
/** As in src/web/views/message_state.rs and in reactions.css. */
const SHOWN_PILLS = 10;

/** Applies a change wherever its message is shown: in the timeline, in a thread, among the pins, in quotes. */
export function applyChange(frame) {
  for (const node of shownAs(frame.target)) {
    if (frame.type === "edited") edit(node, frame);
    else if (frame.type === "deleted") bury(node);
    else if (frame.type === "reaction") react(node, frame);
    else node.classList.toggle("message--pinned", frame.on);
  }
  if (frame.type === "edited") requote(frame.target, frame.text.slice(0, QUOTED_CHARS));
  if (frame.type === "deleted") requote(frame.target, null);
}

function shownAs(seq) {
  return document.querySelectorAll(`.room .message[data-seq="${seq}"], [data-panel] .message[data-seq="${seq}"]`);
}

function edit(node, frame) {
  if (isBuried(node) || frame.seq <= Number(node.dataset.editedBy ?? 0)) return;
  const text = textNodes(frame.html ?? "");
  if (!text) return;
  node.dataset.editedBy = frame.seq;
  node.querySelector(".message__text").replaceChildren(text);
}

const isBuried = (node) => node.classList.contains("message--deleted");

function bury(node) {
  if (isBuried(node)) return;
  node.classList.add("message--deleted");
  node.classList.remove("message--pinned", "message--calls-me");
  node.querySelector(".message__text").replaceChildren(gone());
  for (const part of node.querySelectorAll(".quote, .reactions, .actions")) part.remove();
}

function gone() {
  const words = document.createElement("p");
  words.className = "message__gone";
  words.textContent = t("js.message.deleted");
  return words;
}

function requote(seq, text) {
  for (const quote of document.querySelectorAll(`.quote[data-quote="${seq}"] .quote__text`)) {
    quote.classList.toggle("message__gone", text === null);
    quote.textContent = text ?? t("js.message.deleted");
  }
}

/** The frame says how many people have the emoji there now; which of them is the reader, only the pill here knows. */
function react(node, frame) {
  if (isBuried(node)) return;
  const old = pillOf(node, frame.emoji);
  if (frame.seq <= Number(old?.dataset.seq ?? 0)) return;
  const mine = frame.user.id === viewer.id ? frame.on : old?.getAttribute("aria-pressed") === "true";
  if (frame.count === 0) {
    old?.remove();
    if (old) fold(rowOf(node));
    return;
  }
  const pill = pillNode(frame.html ?? "");
  if (!pill) return;
  pill.dataset.seq = frame.seq;
  markMine(pill, mine);
  if (old === document.activeElement) queueMicrotask(() => pill.focus({ preventScroll: true }));
  if (old) old.replaceWith(pill);
  else rowOf(node).append(pill);
  fold(rowOf(node));
}

/** Where there are many the last ones are shown when asked for. */
function fold(row) {
  let more = row.querySelector(".reaction--more");
  const count = row.querySelectorAll(".reaction[value]").length - SHOWN_PILLS;
  if (count <= 0) return more?.remove();
  if (!more) {
    more = document.createElement("button");
    more.type = "button";
    more.className = "reaction reaction--more";
    more.dataset.all = "";
  }
  more.textContent = `+${count}`;
  row.append(more);
}

/** The form around the pills; a message without any has none. */
function rowOf(node) {
  const found = node.querySelector(".reactions");
  if (found) return found;
  const row = document.createElement("form");
  row.className = "reactions";
  row.method = "post";
  row.action = `${node.querySelector(".message__time").href}/react`;
  node.querySelector(".message__text").after(row);
  return row;
}

/** A reply has come: its thread counts it below the first message. `isNew` if the reader has not seen it. */
export function countReply(frame, isNew) {
  for (const root of shownAs(frame.thread)) {
    const footer = root.querySelector(".message__thread") ?? addFooter(root);
    if (!footer || frame.seq <= Number(footer.dataset.last)) continue;
    const count = Number(footer.dataset.count) + 1;
    footer.dataset.count = count;
    footer.dataset.last = frame.seq;
    footer.hidden = false;
    footer.querySelector("[data-replies]").textContent = t("js.message.replies", { count });
    footer.querySelector("time").dateTime = frame.at;
    writeTime(footer.querySelector("time"), new Date(frame.at));
    if (isNew) showNewReplies(footer, Number(footer.dataset.unread || 0) + 1);
  }
}

function addFooter(root) {
  const footer = document.getElementById("thread-footer")?.content.firstElementChild.cloneNode(true);
  if (!footer || root.dataset.kind !== "message") return null;
  footer.href = `${document.querySelector("room-timeline").dataset.roomUrl}/${root.dataset.seq}/thread`;
  root.append(footer);
  return footer;
}

/** How many replies of a thread the reader has not seen. */
export function showNewReplies(footer, count) {
  footer.dataset.unread = count;
  const mark = footer.querySelector("[data-new]");
  mark.hidden = count === 0;
  mark.textContent = count === 0 ? "" : t("js.message.new_replies", { count });
}

/** The reader has seen everything up to here. */
export function repliesRead(root = document) {
  for (const footer of root.querySelectorAll('.message__thread[data-unread]:not([data-unread="0"])')) showNewReplies(footer, 0);
}
