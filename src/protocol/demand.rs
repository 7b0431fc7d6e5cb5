//! What a command asks of the server: whether something has to be read for it, whether others see it, whether it counts as a
//! message where rates are kept.

use super::command::Command;
use super::crowd::{CrowdAct, PeopleAct};

impl Command {
    /// True for what has to be read from the database or written to it beside the log, whatever the room.
    #[must_use]
    pub fn reads(&self) -> bool {
        matches!(
            self,
            Self::History { .. }
                | Self::Ask { .. }
                | Self::Unread { .. }
                | Self::Status { .. }
                | Self::Privacy { .. }
                | Self::Rooms
                | Self::Members { .. }
                | Self::Nick { .. }
                | Self::Create { .. }
                | Self::Direct { .. }
                | Self::Add { .. }
                | Self::Mute { .. }
                | Self::Moderate { .. }
                | Self::Report { .. }
                | Self::Crowd { act: CrowdAct::Rule(_), .. }
        )
    }

    /// True for what others get to read or see: whoever may only read here may not do it.
    #[must_use]
    pub fn writes(&self) -> bool {
        match self {
            Self::Join { create, .. }
            | Self::Listen { create, .. }
            | Self::Crowd { act: CrowdAct::Follow { create, .. }, .. } => *create,
            Self::Crowd { act, .. } => !matches!(act, CrowdAct::Depart { .. } | CrowdAct::Inside),
            Self::People { act } => {
                matches!(act, PeopleAct::Present(_) | PeopleAct::Away(_) | PeopleAct::Whisper { .. })
            }
            _ => matches!(
                self,
                Self::Send { .. }
                    | Self::Edit { .. }
                    | Self::React { .. }
                    | Self::Pin { .. }
                    | Self::Topic { .. }
                    | Self::Change { .. }
                    | Self::Typing { .. }
                    | Self::Status { .. }
                    | Self::Nick { .. }
                    | Self::Create { .. }
                    | Self::Direct { .. }
                    | Self::Add { .. }
            ),
        }
    }

    /// True for what is stored, told to many or dear to answer: it counts as a message where rates are kept.
    #[must_use]
    pub fn is_costly(&self) -> bool {
        match self {
            // A key may be a guess.
            Self::Join { create, key, .. } | Self::Listen { create, key, .. } => *create || key.is_some(),
            Self::Crowd { act, .. } => !matches!(act, CrowdAct::Depart { .. } | CrowdAct::Inside),
            Self::People { act } => {
                matches!(act, PeopleAct::Present(_) | PeopleAct::Away(_) | PeopleAct::Whisper { .. })
            }
            Self::Send { .. }
            | Self::Edit { .. }
            | Self::Delete { .. }
            | Self::React { .. }
            | Self::Pin { .. }
            | Self::Topic { .. }
            | Self::Change { .. }
            | Self::Appoint { .. }
            | Self::Remove { .. }
            | Self::Mute { .. }
            | Self::Moderate { .. }
            | Self::Report { .. }
            | Self::Ask { .. }
            | Self::Typing { .. }
            | Self::History { .. }
            | Self::Preview
            | Self::Status { .. }
            | Self::Privacy { .. }
            | Self::Nick { .. }
            | Self::Create { .. }
            | Self::Direct { .. }
            | Self::Enter { .. }
            | Self::GiveUp { .. }
            | Self::Add { .. } => true,
            Self::Leave { .. }
            | Self::Follow { .. }
            | Self::Read { .. }
            | Self::Unread { .. }
            | Self::Level { .. }
            | Self::Presence { .. }
            | Self::Rooms
            | Self::Members { .. }
            | Self::Ping
            | Self::Look { .. }
            | Self::House { .. } => false,
        }
    }

    /// True for a page of history. A request that asks for one waits for it, so that requests are their own limit.
    #[must_use]
    pub fn reads_history(&self) -> bool {
        matches!(self, Self::History { .. } | Self::Ask { .. })
    }

    /// True for a command whose loss nobody would notice: it gets no answer unless it carries an id.
    #[must_use]
    pub fn is_ephemeral(&self) -> bool {
        matches!(self, Self::Typing { .. } | Self::Presence { .. } | Self::Read { .. })
    }
}
