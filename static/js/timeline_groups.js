// Day lines and groups of the timeline, worked out from data-author and data-at in the reader's own time zone: the same
// for what the server rendered, for older pages and for live messages.

import { dayKey, dayLabel, writeTime } from "./local_time.js";

const GROUP_MS = 5 * 60_000;

const isEvent = (node) => node?.classList.contains("message");

function previousEvent(node) {
  let at = node?.previousElementSibling;
  while (at && !isEvent(at)) at = at.previousElementSibling;
  return at;
}

/** True if a "New" line or a permalink mark stands between an event and the one before it. */
function isCutOff(node) {
  for (let at = node.previousElementSibling; at && !isEvent(at); at = at.previousElementSibling) {
    if (at.classList.contains("new-line")) return true;
  }
  return false;
}

function dayLine(date) {
  const line = document.getElementById("day-line").content.firstElementChild.cloneNode(true);
  line.dataset.date = dayKey(date);
  const time = line.querySelector("time");
  time.dateTime = dayKey(date);
  time.textContent = dayLabel(date);
  return line;
}

/** Removes the day lines directly above an event. */
function dropDayLines(node) {
  for (let at = node.previousElementSibling; at && !isEvent(at); ) {
    const before = at.previousElementSibling;
    if (at.classList.contains("day-line")) at.remove();
    at = before;
  }
}

function arrange(node) {
  const date = new Date(node.dataset.at);
  if (Number.isNaN(date.getTime())) return;
  if (!node.dataset.local) {
    for (const time of node.querySelectorAll("time[datetime]")) writeTime(time, new Date(time.dateTime));
    node.dataset.local = "yes";
  }
  dropDayLines(node);
  const before = previousEvent(node);
  const beforeDate = before && new Date(before.dataset.at);
  const newDay = !before || dayKey(beforeDate) !== dayKey(date);
  if (newDay) lineAbove(node, dayLine(date));
  if (node.dataset.kind !== "message") return;
  const follows =
    !newDay && before.dataset.kind === "message" && before.dataset.author === node.dataset.author && date - beforeDate < GROUP_MS && !isCutOff(node);
  node.classList.toggle("message--follows", follows);
}

/** A day line stands above the "New" line of the same message. */
function lineAbove(node, line) {
  let target = node;
  while (target.previousElementSibling && !isEvent(target.previousElementSibling)) target = target.previousElementSibling;
  target.before(line);
}

/** Arranges every event from `first` to the end, or only as many as `count`. */
export function regroup(first, count = Infinity) {
  const blocks = [];
  let left = count;
  for (let at = first; at && left > 0; at = at.nextElementSibling) {
    if (!isEvent(at)) continue;
    arrange(at);
    blocks.push(...at.querySelectorAll("pre:not([tabindex]), table:not([tabindex])"));
    left -= 1;
  }
  // Arrow keys reach what does not fit. All are measured before the first is changed: one layout, and when there is time.
  if (blocks.length > 0) requestAnimationFrame(() => reach(blocks));
}

function reach(blocks) {
  const wide = blocks.filter((block) => block.scrollWidth > block.clientWidth);
  for (const block of wide) block.tabIndex = 0;
}

/** Writes "Today" and "Yesterday" anew, after midnight has passed. */
export function relabelDays(list) {
  for (const line of list.querySelectorAll(".day-line")) {
    line.querySelector("time").textContent = dayLabel(new Date(`${line.dataset.date}T12:00`));
  }
}
