// Times and day names in the reader's own time zone. The server writes UTC; here it is rewritten once the page runs.

import { locale, t } from "./words.js";

const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const longDay = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const full = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" });

const DAY_MS = 86_400_000;

/** `2026-11-20` of the local day of a date: what two messages share if no day line stands between them. */
export function dayKey(date) {
  const pad = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** "Today", "Yesterday", or the day in full. */
export function dayLabel(date, now = new Date()) {
  if (dayKey(date) === dayKey(now)) return t("js.day.today");
  const noon = new Date(now.getFullYear(), now.getMonth(), now.getDate(), 12);
  if (dayKey(date) === dayKey(new Date(noon - DAY_MS))) return t("js.day.yesterday");
  return longDay.format(date);
}

/** Writes the local time into a `<time>`; "AM" and "PM" get a span, so that the narrow gutter can leave them out. */
export function writeTime(element, date) {
  const parts = clock.formatToParts(date).map((part) => {
    if (part.type !== "dayPeriod") return part.value;
    const period = document.createElement("span");
    period.className = "message__period";
    period.textContent = part.value;
    return period;
  });
  element.replaceChildren(...parts);
  element.title = full.format(date);
}
