//! Days as people write them in a search: `2026-11-21`, `2026-11`, `2026`, `today`, `yesterday`, or a moment (RFC 3339).

use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use crate::domain::clock::Timestamp;

/// What a day means: where it begins is a question of the time zone, and `today` one of the clock.
#[derive(Debug, Clone, Copy)]
pub struct Days<'a> {
    /// The time zone of the settings.
    pub zone: &'a TimeZone,
    /// The present moment.
    pub now: Timestamp,
}

/// A stretch of time: from `first` on, before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its first moment.
    pub first: Timestamp,
    /// The first moment after it.
    pub end: Timestamp,
}

impl Days<'_> {
    /// The stretch of time somebody wrote, or `None` when it is none.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Stretch> {
        let (first, end) = match text.to_lowercase().as_str() {
            "today" => (self.today()?, self.today()?.tomorrow().ok()?),
            "yesterday" => (self.today()?.yesterday().ok()?, self.today()?),
            text => match read_date(text) {
                Some(days) => days,
                None => return read_moment(text),
            },
        };
        Some(Stretch { first: self.begin(first)?, end: self.begin(end)? })
    }

    fn today(&self) -> Option<Date> {
        let now = jiff::Timestamp::from_millisecond(self.now.0).ok()?;
        Some(now.to_zoned(self.zone.clone()).date())
    }

    fn begin(&self, day: Date) -> Option<Timestamp> {
        let begin = day.to_zoned(self.zone.clone()).ok()?;
        Some(Timestamp(begin.timestamp().as_millisecond()))
    }
}

/// A day, a month or a year, and the day behind it.
fn read_date(text: &str) -> Option<(Date, Date)> {
    let mut parts = text.split('-');
    let mut part = |digits: usize| -> Option<Option<i16>> {
        let Some(part) = parts.next() else { return Some(None) };
        let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { part.parse().ok().map(Some) } else { None }
    };
    let (year, month, day) = (part(4)??, part(2)?, part(2)?);
    if parts.next().is_some() {
        return None;
    }
    let number = |part: Option<i16>| part.map_or(Some(1), |number| i8::try_from(number).ok());
    let first = Date::new(year, number(month)?, number(day)?).ok()?;
    let length = match (month, day) {
        (_, Some(_)) => 1.day(),
        (Some(_), None) => 1.month(),
        (None, None) => 1.year(),
    };
    // Behind the last day of the calendar is no other.
    Some((first, first.checked_add(length).unwrap_or(date(9999, 12, 31))))
}

/// A moment is a stretch of one millisecond: times are kept no finer.
fn read_moment(text: &str) -> Option<Stretch> {
    let moment: jiff::Timestamp = text.to_uppercase().parse().ok()?;
    let first = Timestamp(moment.as_millisecond());
    Some(Stretch { first, end: Timestamp(first.0 + 1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-20, a Friday, 23:05 UTC.
    const FRIDAY_NIGHT: Timestamp = Timestamp(1_795_215_900_000);

    fn read(text: &str, hours: i8) -> Option<(String, String)> {
        let zone = TimeZone::fixed(jiff::tz::offset(hours));
        let found = Days { zone: &zone, now: FRIDAY_NIGHT }.read(text)?;
        Some((found.first.rfc3339(), found.end.rfc3339()))
    }

    fn stretch(first: &str, end: &str) -> (String, String) {
        let full = |text: &str| format!("{text}:00.000Z");
        (full(first), full(end))
    }

    #[test]
    fn a_day_a_month_and_a_year_are_stretches_in_the_time_zone() {
        assert_eq!(read("2026-11-20", 0), Some(stretch("2026-11-20T00:00", "2026-11-21T00:00")));
        assert_eq!(read("2026-11-20", 2), Some(stretch("2026-11-19T22:00", "2026-11-20T22:00")));
        assert_eq!(read("2026-02", 0), Some(stretch("2026-02-01T00:00", "2026-03-01T00:00")));
        assert_eq!(read("2024", 0), Some(stretch("2024-01-01T00:00", "2025-01-01T00:00")));
        assert_eq!(read("today", 0), Some(stretch("2026-11-20T00:00", "2026-11-21T00:00")));
        assert_eq!(read("Today", 2), Some(stretch("2026-11-20T22:00", "2026-11-21T22:00")), "it is Saturday there");
        assert_eq!(read("yesterday", 0), Some(stretch("2026-11-19T00:00", "2026-11-20T00:00")));
    }

    #[test]
    fn a_moment_is_a_millisecond() {
        let found = read("2026-11-21T10:00:00+01:00", 0).expect("a moment");
        assert_eq!(found, ("2026-11-21T09:00:00.000Z".to_owned(), "2026-11-21T09:00:00.001Z".to_owned()));
    }

    #[test]
    fn what_is_no_day_is_none() {
        for text in [
            "",
            "-",
            "2026-",
            "26-11-20",
            "2026-1-2",
            "2026-13",
            "2026-02-30",
            "2026-11-20-1",
            "20261120",
            "+026",
            "noon",
        ] {
            assert_eq!(read(text, 0), None, "{text:?}");
        }
        assert!(read("9999-12-31", 0).is_none_or(|(first, _)| first.starts_with("9999")));
        assert!(read("0000", 0).is_some());
    }
}
