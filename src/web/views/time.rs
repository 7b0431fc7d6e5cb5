//! Times as pages show them, in the time zone of the settings. Scripts write them anew in the reader's own.

use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::clock::Timestamp;

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
pub fn day_label(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    match nearness(at, now, zone) {
        Nearness::Today => "Today".to_owned(),
        Nearness::Yesterday => "Yesterday".to_owned(),
        Nearness::Other => zoned(at, zone).strftime("%A, %-d %B %Y").to_string(),
    }
}

/// A moment inside a sentence: `today at 09:05`, `yesterday at 09:05`, `on 20 November 2026`.
#[must_use]
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    match nearness(at, now, zone) {
        Nearness::Today => format!("today at {}", of_day(at, zone)),
        Nearness::Yesterday => format!("yesterday at {}", of_day(at, zone)),
        Nearness::Other => zoned(at, zone).strftime("on %-d %B %Y").to_string(),
    }
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
        let utc = TimeZone::UTC;
        let later = |hours: i64| Timestamp(FRIDAY_NIGHT.0 + hours * HOUR);
        assert_eq!(day_label(FRIDAY_NIGHT, FRIDAY_NIGHT, &utc), "Today");
        assert_eq!(day_label(FRIDAY_NIGHT, later(1), &utc), "Yesterday");
        assert_eq!(day_label(FRIDAY_NIGHT, later(25), &utc), "Friday, 20 November 2026");
        assert_eq!(day_label(later(25), FRIDAY_NIGHT, &utc), "Sunday, 22 November 2026");
        assert_eq!(moment(FRIDAY_NIGHT, later(1), &utc), "yesterday at 23:05");
        assert_eq!(moment(FRIDAY_NIGHT, later(25), &utc), "on 20 November 2026");
    }
}
