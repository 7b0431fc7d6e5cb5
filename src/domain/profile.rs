//! What the server knows of somebody beside their account: what they say, and what they let others see.

use super::clock::Timestamp;
use super::status_line::StatusLine;

/// What somebody says of themselves and lets others see. Nothing of it for most.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// Their status.
    pub line: StatusLine,
    /// Not to be disturbed, until they say otherwise.
    pub busy: bool,
    /// What they keep to themselves.
    pub privacy: Privacy,
    /// When their last session ended; unknown of those who hide their presence.
    pub last_seen: Option<Timestamp>,
}

/// What somebody keeps to themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Privacy {
    /// They look offline to everybody.
    pub hide_presence: bool,
    /// Nobody is told what they have read.
    pub hide_reads: bool,
}

/// What is noted of somebody's presence, to be written with that of others; `None` leaves what is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PresenceNote {
    /// Whether they are busy.
    pub busy: Option<bool>,
    /// When their last session ended.
    pub last_seen: Option<Timestamp>,
}
