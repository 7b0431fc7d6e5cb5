//! Which scope a command takes of a token; asked once, before any command is carried out, whatever the door.

use super::command::Command;
use crate::domain::clock::Timestamp;
use crate::domain::grant::{Grant, Scope};
use crate::domain::permission::Refusal;

impl Command {
    /// The scope it takes.
    #[must_use]
    pub fn needs(&self) -> Scope {
        match self {
            // Listening changes nothing: without the scope to write, nobody becomes a member by it.
            Self::Join { create: false, .. }
            | Self::Listen { create: false, .. }
            | Self::Follow { .. }
            | Self::Leave { .. }
            | Self::History { .. }
            | Self::Ask { .. }
            | Self::Rooms
            | Self::Members { .. }
            | Self::Look { .. }
            | Self::Ping
            | Self::Preview => Scope::Read,
            Self::Join { .. }
            | Self::Listen { .. }
            | Self::Send { .. }
            | Self::Typing { .. }
            | Self::Edit { .. }
            | Self::Delete { .. }
            | Self::React { .. }
            | Self::Pin { .. }
            | Self::Topic { .. }
            | Self::Change { .. }
            | Self::Appoint { .. }
            | Self::Remove { .. }
            | Self::Level { .. }
            | Self::Unread { .. }
            | Self::Read { .. }
            | Self::Presence { .. }
            | Self::Status { .. }
            | Self::Privacy { .. }
            | Self::Nick { .. }
            | Self::Create { .. }
            | Self::Direct { .. }
            | Self::Enter { .. }
            | Self::GiveUp { .. }
            | Self::Mute { .. }
            | Self::Moderate { .. }
            | Self::Report { .. }
            | Self::Add { .. } => Scope::Write,
            Self::House { .. } => Scope::Admin,
        }
    }

    /// May this be asked for with this grant? Rooms are held against it once they are known.
    ///
    /// # Errors
    /// When the login has ended, its scope is too small, or it is good for some rooms only and this concerns none.
    pub fn is_granted(&self, grant: &Grant, now: Timestamp) -> Result<(), Refusal> {
        if !grant.is_good_at(now) {
            return Err(Refusal::LoginEnded);
        }
        let concerns_nobodys_room = matches!(
            self,
            Self::Status { .. } | Self::Privacy { .. } | Self::Create { .. } | Self::Direct { .. } | Self::Nick { .. }
        );
        if concerns_nobodys_room { grant.allows_outside_rooms(self.needs()) } else { grant.allows(self.needs()) }
    }
}
