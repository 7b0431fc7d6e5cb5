//! What is done to keep order in one room, beside taking messages back and ending memberships.

use std::time::Duration;

use derive_more::{Display, Error};

use super::clock::Timestamp;
use super::ids::UserId;
use super::limits::REASON_CHARS;

/// Longest mute, in minutes: a year.
pub const MUTE_MINUTES: u64 = 366 * 24 * 60;
/// Longest pause between two messages in slow mode, in seconds.
pub const SLOW_SECONDS: u64 = 6 * 60 * 60;

/// One measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// A member reads and does not write until then; `None` ends it.
    Mute {
        /// Whom.
        user: UserId,
        /// Until when.
        until: Option<Timestamp>,
    },
    /// Somebody is shut out of the room, or let in again.
    Ban {
        /// Whom.
        user: UserId,
        /// Out, or in again.
        on: bool,
    },
    /// Seconds between two messages of one person; 0 for none.
    Slow(u32),
}

/// A number of minutes or seconds that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
#[display("write a whole number from 0 to {most}")]
pub struct OutOfRange {
    /// The largest.
    #[error(not(source))]
    pub most: u64,
}

/// The end of a mute of so many minutes; 0 ends one.
///
/// # Errors
/// When it is longer than a year.
pub fn mute_until(minutes: u64, now: Timestamp) -> Result<Option<Timestamp>, OutOfRange> {
    if minutes > MUTE_MINUTES {
        return Err(OutOfRange { most: MUTE_MINUTES });
    }
    Ok((minutes > 0).then(|| now.plus(Duration::from_mins(minutes))))
}

/// Seconds of slow mode.
///
/// # Errors
/// When it is longer than six hours.
pub fn slow_seconds(seconds: u64) -> Result<u32, OutOfRange> {
    let out_of_range = OutOfRange { most: SLOW_SECONDS };
    u32::try_from(seconds).ok().filter(|few| u64::from(*few) <= SLOW_SECONDS).ok_or(out_of_range)
}

/// Why somebody reports a message: one line, not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportReason(String);

/// A reason that cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
#[display("say in one line of at most {REASON_CHARS} characters what is wrong with the message")]
pub struct BadReason;

impl ReportReason {
    /// Checks a reason.
    ///
    /// # Errors
    /// When it is empty, too long, or more than one line.
    pub fn parse(text: &str) -> Result<Self, BadReason> {
        let text = text.trim();
        let good = !text.is_empty() && text.chars().count() <= REASON_CHARS && !text.chars().any(char::is_control);
        if good { Ok(Self(text.to_owned())) } else { Err(BadReason) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_bounds() {
        let now = Timestamp(1_000);
        assert_eq!(mute_until(0, now), Ok(None));
        assert_eq!(mute_until(1, now), Ok(Some(Timestamp(61_000))));
        assert_eq!(mute_until(MUTE_MINUTES + 1, now), Err(OutOfRange { most: MUTE_MINUTES }));
        assert_eq!(mute_until(u64::MAX, now), Err(OutOfRange { most: MUTE_MINUTES }));
        assert_eq!((slow_seconds(0), slow_seconds(SLOW_SECONDS)), (Ok(0), Ok(21_600)));
        assert!(slow_seconds(SLOW_SECONDS + 1).is_err() && slow_seconds(u64::MAX).is_err());
    }

    #[test]
    fn a_reason_is_one_line() {
        assert_eq!(ReportReason::parse(" spam ").map(|reason| reason.0), Ok("spam".to_owned()));
        for bad in ["", "  ", "a\nb", &"x".repeat(REASON_CHARS + 1)] {
            assert_eq!(ReportReason::parse(bad), Err(BadReason), "{bad:?}");
        }
    }
}
