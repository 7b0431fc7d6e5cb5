//! How somebody likes their pages, and when they may be notified.

use derive_more::{Display, Error};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::clock::Timestamp;
use super::membership::Level;

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// Why a preference was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
pub enum PreferenceError {
    /// Not a time of the day.
    #[display("a time is written as 22:30")]
    BadTime,
    /// One end without the other.
    #[display("quiet hours have a beginning and an end; give both, or neither")]
    HalfQuiet,
    /// An unknown zone.
    #[display("this machine knows no such time zone; write one such as Europe/Berlin, or leave it empty")]
    BadZone,
    /// An unknown language.
    #[display("this language is not there; choose one of the list")]
    BadLanguage,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system has it.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// How close things stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Density {
    /// With room around them.
    #[default]
    Cosy,
    /// Close together.
    Compact,
}

impl Theme {
    /// Every theme there is.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The theme as text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme written as text, or `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text)
    }
}

impl Density {
    /// Every density there is.
    pub const ALL: [Self; 2] = [Self::Cosy, Self::Compact];

    /// The density as text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cosy => "cosy",
            Self::Compact => "compact",
        }
    }

    /// The density written as text, or `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|density| density.as_str() == text)
    }
}

/// A language of the pages; empty for the one the browser asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = String)]
#[serde(transparent)]
pub struct Language(&'static str);

impl Language {
    /// Every choice there is.
    pub const ALL: [&'static str; 4] = ["", "en", "de", "ar"];

    /// Checks what somebody chose.
    ///
    /// # Errors
    /// When there is no such language.
    pub fn parse(text: &str) -> Result<Self, PreferenceError> {
        Self::ALL.into_iter().find(|known| *known == text).map(Self).ok_or(PreferenceError::BadLanguage)
    }

    /// The language, or nothing.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

/// A name of a time zone that this machine knows; empty for the server's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = String)]
#[serde(transparent)]
pub struct ZoneName(String);

impl ZoneName {
    /// Checks what somebody typed.
    ///
    /// # Errors
    /// When this machine knows no such zone.
    pub fn parse(text: &str) -> Result<Self, PreferenceError> {
        let text = text.trim();
        if text.is_empty() || TimeZone::get(text).is_ok() {
            return Ok(Self(text.to_owned()));
        }
        Err(PreferenceError::BadZone)
    }

    /// One that was checked before it was stored.
    #[must_use]
    pub fn trusted(text: String) -> Self {
        Self(text)
    }

    /// The name, or nothing.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The zone; `own` for none, and for one that this machine knows no longer.
    #[must_use]
    pub fn zone(&self, own: &TimeZone) -> TimeZone {
        if self.0.is_empty() { own.clone() } else { TimeZone::get(&self.0).unwrap_or_else(|_| own.clone()) }
    }
}

/// A time of the day, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayTime(u16);

impl DayTime {
    /// Reads `22:30`.
    ///
    /// # Errors
    /// When it is no time of the day.
    pub fn parse(text: &str) -> Result<Self, PreferenceError> {
        let is_number = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = |text: &str| text.parse::<u16>().ok().filter(|_| is_number(text));
        let parts = text.trim().split_once(':').and_then(|(hours, minutes)| Some((number(hours)?, number(minutes)?)));
        match parts {
            Some((hours, minutes)) if hours < 24 && minutes < 60 => Ok(Self(hours * 60 + minutes)),
            _ => Err(PreferenceError::BadTime),
        }
    }

    /// So many minutes after midnight, or `None` when the day has fewer.
    #[must_use]
    pub fn of_minutes(minutes: i64) -> Option<Self> {
        u16::try_from(minutes).ok().filter(|minutes| *minutes < DAY).map(Self)
    }

    /// Minutes after midnight.
    #[must_use]
    pub fn minutes(self) -> i64 {
        self.0.into()
    }
}

impl std::fmt::Display for DayTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// When nobody wants to be woken. Over midnight if it ends before it begins; never if both are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    /// From then on.
    pub from: DayTime,
    /// Until then.
    pub to: DayTime,
}

impl QuietHours {
    /// From the two ends, as a form or a request gives them; empty for none.
    ///
    /// # Errors
    /// When one end is missing, or is no time.
    pub fn parse(from: &str, to: &str) -> Result<Option<Self>, PreferenceError> {
        match (from.trim().is_empty(), to.trim().is_empty()) {
            (true, true) => Ok(None),
            (false, false) => Ok(Some(Self { from: DayTime::parse(from)?, to: DayTime::parse(to)? })),
            _ => Err(PreferenceError::HalfQuiet),
        }
    }

    /// Whether they are on at this moment.
    #[must_use]
    pub fn include(self, now: Timestamp, zone: &TimeZone) -> bool {
        let Ok(instant) = jiff::Timestamp::from_millisecond(now.0) else { return false };
        let local = instant.to_zoned(zone.clone());
        let time = DayTime(u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs()));
        if self.from <= self.to { self.from <= time && time < self.to } else { self.from <= time || time < self.to }
    }
}

/// How somebody likes their pages, and when they may be notified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preferences {
    /// Light or dark.
    pub theme: Theme,
    /// How close things stand.
    pub density: Density,
    /// The language of the pages.
    pub language: Language,
    /// A short tone for what would be notified.
    pub sound: bool,
    /// What is worth a notification at most; each room may have less.
    pub notify: Level,
    /// When nothing is.
    pub quiet: Option<QuietHours>,
    /// Where the clock of the quiet hours hangs.
    pub time_zone: ZoneName,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64, minute: i64) -> Timestamp {
        Timestamp((hour * 60 + minute) * 60_000)
    }

    #[test]
    fn quiet_hours_reach_over_midnight() {
        let night = QuietHours::parse("22:30", "07:00").expect("good").expect("some");
        for (hour, minute, is_quiet) in [(22, 29, false), (22, 30, true), (0, 0, true), (6, 59, true), (7, 0, false)] {
            assert_eq!(night.include(at(hour, minute), &TimeZone::UTC), is_quiet, "{hour}:{minute}");
        }
        let noon = QuietHours::parse("12:00", "13:00").expect("good").expect("some");
        assert!(noon.include(at(12, 0), &TimeZone::UTC) && !noon.include(at(13, 0), &TimeZone::UTC));
        let never = QuietHours::parse("12:00", "12:00").expect("good").expect("some");
        assert!(!never.include(at(12, 0), &TimeZone::UTC));
    }

    #[test]
    fn quiet_hours_are_those_of_the_person() {
        let night = QuietHours::parse("22:00", "07:00").expect("good").expect("some");
        let tokyo = ZoneName::parse("Asia/Tokyo").expect("known").zone(&TimeZone::UTC);
        assert!(night.include(at(14, 0), &tokyo), "eleven in the evening there");
        assert!(!night.include(at(14, 0), &TimeZone::UTC));
    }

    #[test]
    fn what_is_no_time_and_no_zone_is_refused() {
        for bad in ["24:00", "7:00", "12:60", "noon", "12", "-1:00", "+1:00", "12:000"] {
            assert_eq!(DayTime::parse(bad), Err(PreferenceError::BadTime), "{bad}");
        }
        assert_eq!(DayTime::parse("07:05").map(|time| time.to_string()), Ok("07:05".to_owned()));
        assert_eq!(QuietHours::parse("12:00", ""), Err(PreferenceError::HalfQuiet));
        assert_eq!(QuietHours::parse("", ""), Ok(None));
        for bad in ["Mars/Olympus", "../etc/passwd", "<b>"] {
            assert_eq!(ZoneName::parse(bad), Err(PreferenceError::BadZone), "{bad}");
        }
        assert_eq!(Language::parse("xx"), Err(PreferenceError::BadLanguage));
        assert_eq!(Language::parse("de").map(Language::as_str), Ok("de"));
    }
}
