//! Who is let in: what the owner decided about guests and registration.

use serde::{Deserialize, Serialize};

/// What guests may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GuestAccess {
    /// Nothing.
    Off,
    /// Read and write in the lobby.
    Lobby,
    /// Join and create any public room.
    Open,
}

/// How accounts come into being.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    /// Whoever likes to.
    Open,
    /// With an invite.
    Invite,
    /// Not at all.
    Closed,
}

/// The policy in force: it changes when set-up ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// No account exists yet; every page says so and leads to `/setup`.
    pub demo: bool,
    /// What guests may do now.
    pub guests: GuestAccess,
    /// How accounts come into being now.
    pub registration: Registration,
    /// For how many hours an account is new: until then it sends no links and begins no direct rooms. 0 for never.
    pub quarantine_hours: u32,
}

impl Access {
    /// The policy for a server with or without accounts. Before set-up the lobby is open to guests unless the
    /// setting says otherwise; afterwards guests are off unless it says so.
    #[must_use]
    pub fn new(has_accounts: bool, guests: Option<GuestAccess>, registration: Registration) -> Self {
        let by_default = if has_accounts { GuestAccess::Off } else { GuestAccess::Lobby };
        Self { demo: !has_accounts, guests: guests.unwrap_or(by_default), registration, quarantine_hours: 0 }
    }
}
