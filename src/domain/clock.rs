//! Time as an argument: production reads the system clock, tests turn a clock by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use derive_more::Display;
use jiff::fmt::temporal::DateTimePrinter;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

/// Milliseconds since 1970-01-01 UTC. Shown to programs as RFC 3339 with milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Display, ToSchema)]
#[schema(value_type = String, format = DateTime)]
#[display("{}", self.rfc3339())]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// RFC 3339 (section 5.6) in UTC with exactly three decimals: `2026-11-21T09:05:03.120Z`.
    #[must_use]
    pub fn rfc3339(self) -> String {
        const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
        let instant = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let mut text = String::with_capacity(24);
        // Printing into a String cannot fail; an unprintable time would be an empty one.
        let _ = PRINTER.print_timestamp(&instant, &mut text);
        text
    }

    /// Reads a time as RFC 3339 writes it, in any zone; `None` when it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|instant| Self(instant.as_millisecond()))
    }

    /// How long before this moment `earlier` was; zero if it was not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The moment this much later.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("this is no time such as 2026-11-21T09:05:03.120Z"))
    }
}

/// Where the time comes from. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The clock of the machine.
    System,
    /// A clock that moves only when told to; for tests.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A hand-turned clock that starts at `start`.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(start.0)))
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Manual(ms) => Timestamp(ms.load(Ordering::Acquire)),
        }
    }

    /// Moves a manual clock forward. The system clock is left alone.
    pub fn advance(&self, span: Duration) {
        if let Self::Manual(ms) = self {
            ms.fetch_add(i64::try_from(span.as_millis()).unwrap_or(0), Ordering::AcqRel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_exactly_three_decimals_and_end_in_z() {
        assert_eq!(Timestamp(0).rfc3339(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp(1_795_252_503_120).rfc3339(), "2026-11-21T09:15:03.120Z");
        assert_eq!(Timestamp::parse("2026-11-21T10:15:03.12+01:00"), Some(Timestamp(1_795_252_503_120)));
        assert_eq!(Timestamp::parse("tomorrow"), None);
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(Timestamp(5));
        let copy = clock.clone();
        assert_eq!(copy.now(), Timestamp(5));

        clock.advance(Duration::from_millis(7));

        assert_eq!(copy.now(), Timestamp(12));
        assert_eq!(copy.now().since(Timestamp(2)), Duration::from_millis(10));
    }
}
