//! Times as people read them, in a zone that is an argument.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::clock::Timestamp;

/// Shows moments in one zone.
#[derive(Debug, Clone)]
pub struct LocalTime(TimeZone);

impl LocalTime {
    /// The zone of this machine.
    #[must_use]
    pub fn system() -> Self {
        Self(TimeZone::system())
    }

    /// UTC.
    #[must_use]
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    fn zoned(&self, at: Timestamp) -> jiff::Zoned {
        jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(self.0.clone())
    }

    /// `09:04`
    #[must_use]
    pub fn hour(&self, at: Timestamp) -> String {
        let zoned = self.zoned(at);
        format!("{:02}:{:02}", zoned.hour(), zoned.minute())
    }

    /// The day of a moment.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> Date {
        self.zoned(at).date()
    }

    /// `Today`, `Yesterday`, `Saturday 21 November`, with the year when it is another one.
    #[must_use]
    pub fn day_name(&self, day: Date, now: Timestamp) -> String {
        let today = self.day(now);
        if day == today {
            "Today".to_owned()
        } else if Some(day) == today.yesterday().ok() {
            "Yesterday".to_owned()
        } else if day.year() == today.year() {
            day.strftime("%A %-d %B").to_string()
        } else {
            day.strftime("%A %-d %B %Y").to_string()
        }
    }

    /// Short, for lists: the time of today, else the day.
    #[must_use]
    pub fn short(&self, at: Timestamp, now: Timestamp) -> String {
        let day = self.day(at);
        let today = self.day(now);
        if day == today {
            self.hour(at)
        } else if day.year() == today.year() {
            day.strftime("%-d %b").to_string()
        } else {
            day.strftime("%-d %b %Y").to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_the_names_people_give_them() {
        let (local, at) = (LocalTime::utc(), |text| Timestamp::parse(text).unwrap());
        let now = at("2026-11-21T09:05:00Z");
        let name = |text| local.day_name(local.day(at(text)), now);
        assert_eq!(name("2026-11-21T00:00:00Z"), "Today");
        assert_eq!(name("2026-11-20T23:59:59Z"), "Yesterday");
        assert_eq!(name("2026-03-02T12:00:00Z"), "Monday 2 March");
        assert_eq!(name("2025-03-02T12:00:00Z"), "Sunday 2 March 2025");
        assert_eq!(local.hour(at("2026-11-21T09:04:59Z")), "09:04");
        let short = |text| local.short(at(text), now);
        assert_eq!([short("2026-11-21T07:00:00Z"), short("2026-01-02T07:00:00Z")], ["07:00", "2 Jan"]);
        assert_eq!(short("2025-12-31T07:00:00Z"), "31 Dec 2025");
    }
}
