//! Times as pages show them, in the time zone of the settings. Scripts write them anew in the reader's own.

use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::clock::Timestamp;
use crate::web::words::Words;

const WEEKDAYS: [&str; 7] =
    ["date.monday", "date.tuesday", "date.wednesday", "date.thursday", "date.friday", "date.saturday", "date.sunday"];
const MONTHS: [&str; 12] = [
    "date.january",
    "date.february",
    "date.march",
    "date.april",
    "date.may",
    "date.june",
    "date.july",
    "date.august",
    "date.september",
    "date.october",
    "date.november",
    "date.december",
];

/// The time of day: `09:05`.
#[must_use]
pub fn of_day(at: Timestamp, zone: &TimeZone) -> String {
    zoned(at, zone).strftime("%H:%M").to_string()
}

/// The day as a machine reads it: `2026-11-20`.
#[must_use]
pub fn date(at: Timestamp, zone: &TimeZone) -> String {
    day(at, zone).to_string()
}

/// The day as people read it: `Today`, `Yesterday`, `Friday, 20 November 2026`.
#[must_use]
pub fn day_label(at: Timestamp, now: Timestamp, zone: &TimeZone, words: &Words) -> String {
    match nearness(at, now, zone) {
        Nearness::Today => words.get("date.today"),
        Nearness::Yesterday => words.get("date.yesterday"),
        Nearness::Other => in_full("date.day", day(at, zone), words),
    }
}

/// A moment inside a sentence: `today at 09:05`, `yesterday at 09:05`, `on 20 November 2026`.
#[must_use]
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone, words: &Words) -> String {
    match nearness(at, now, zone) {
        Nearness::Today => words.with("date.moment_today", &[("time", &of_day(at, zone))]),
        Nearness::Yesterday => words.with("date.moment_yesterday", &[("time", &of_day(at, zone))]),
        Nearness::Other => in_full("date.moment_day", day(at, zone), words),
    }
}

/// A date by its text in the catalogue: each language has its own order.
fn in_full(key: &str, day: Date, words: &Words) -> String {
    let weekday = WEEKDAYS[usize::from(day.weekday().to_monday_zero_offset().unsigned_abs())];
    let month = MONTHS[usize::from(day.month().unsigned_abs() - 1)];
    let (weekday, month) = (words.get(weekday), words.get(month));
    words.with(key, &[("weekday", &weekday), ("day", &day.day()), ("month", &month), ("year", &day.year())])
}

enum Nearness {
    Today,
    Yesterday,
    Other,
}

fn nearness(at: Timestamp, now: Timestamp, zone: &TimeZone) -> Nearness {
    let (day, today) = (day(at, zone), day(now, zone));
    if day == today {
        Nearness::Today
    } else if today.yesterday().is_ok_and(|yesterday| yesterday == day) {
        Nearness::Yesterday
    } else {
        Nearness::Other
    }
}

/// The day in this zone; two events with the same one share a day line.
pub(super) fn day(at: Timestamp, zone: &TimeZone) -> Date {
    zoned(at, zone).date()
}

fn zoned(at: Timestamp, zone: &TimeZone) -> Zoned {
    jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_zoned(zone.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::words::language::Language;

    /// 2026-11-20, a Friday, 23:05 UTC.
    const FRIDAY_NIGHT: Timestamp = Timestamp(1_795_215_900_000);
    const HOUR: i64 = 3_600_000;

    #[test]
    fn a_time_is_written_in_the_zone_of_the_settings() {
        let east = TimeZone::fixed(jiff::tz::offset(2));
        assert_eq!(of_day(FRIDAY_NIGHT, &TimeZone::UTC), "23:05");
        assert_eq!(date(FRIDAY_NIGHT, &TimeZone::UTC), "2026-11-20");
        assert_eq!(of_day(FRIDAY_NIGHT, &east), "01:05");
        assert_eq!(date(FRIDAY_NIGHT, &east), "2026-11-21");
    }

    #[test]
    fn days_have_names_people_use() {
        let (utc, words) = (TimeZone::UTC, Words::of(Language::English));
        let later = |hours: i64| Timestamp(FRIDAY_NIGHT.0 + hours * HOUR);
        assert_eq!(day_label(FRIDAY_NIGHT, FRIDAY_NIGHT, &utc, &words), "Today");
        assert_eq!(day_label(FRIDAY_NIGHT, later(1), &utc, &words), "Yesterday");
        assert_eq!(day_label(FRIDAY_NIGHT, later(25), &utc, &words), "Friday, 20 November 2026");
        assert_eq!(day_label(later(25), FRIDAY_NIGHT, &utc, &words), "Sunday, 22 November 2026");
        assert_eq!(moment(FRIDAY_NIGHT, later(1), &utc, &words), "yesterday at 23:05");
        assert_eq!(moment(FRIDAY_NIGHT, later(25), &utc, &words), "on 20 November 2026");
    }

    #[test]
    fn days_are_written_in_the_order_of_the_language() {
        let label = |language| {
            day_label(FRIDAY_NIGHT, Timestamp(FRIDAY_NIGHT.0 + 25 * HOUR), &TimeZone::UTC, &Words::of(language))
        };
        assert_eq!(label(Language::German), "Freitag, 20. November 2026");
        assert_eq!(label(Language::Arabic), "الجمعة، 20 نوفمبر 2026");
    }
}
