//! Rooms: their kinds and what is known of one.

use derive_more::{Display, Error};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::clock::Timestamp;
use super::ids::{RoomId, Seq, UserId};
use super::limits;
use super::name::RoomName;

/// The kinds of rooms. A direct room never becomes another kind: its people agreed to a private conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RoomKind {
    /// Everybody with an account may find, read and join it.
    #[display("public")]
    Public,
    /// Only members know that it exists.
    #[display("private")]
    Private,
    /// Two to ten people; nobody joins, nobody leaves.
    #[display("direct")]
    Direct,
}

impl RoomKind {
    /// The kind written as text, or `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "public" => Some(Self::Public),
            "private" => Some(Self::Private),
            "direct" => Some(Self::Direct),
            _ => None,
        }
    }
}

/// What is known of a room beside its log and its people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomInfo {
    /// The key of the database.
    pub id: RoomId,
    /// What people call it; direct rooms carry a made name.
    pub name: RoomName,
    /// Public, private or direct.
    pub kind: RoomKind,
    /// One line about it, or nothing.
    pub topic: Topic,
    /// What it is for, in a few lines, or nothing.
    pub description: Description,
    /// Nobody writes into it any more.
    pub archived: bool,
    /// Seconds between two messages of one person; 0 for none.
    pub slow_mode: u32,
    /// The highest sequence number of its log; 0 when the log is empty.
    pub last_seq: Seq,
    /// How many messages its log has.
    pub messages: u64,
    /// Who made it; `None` for the lobby.
    pub made_by: Option<UserId>,
    /// When it was made.
    pub made_at: Timestamp,
}

/// A topic with more than 500 bytes, or with a line break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
#[display("a topic is one line of at most {} bytes", limits::TOPIC_BYTES)]
pub struct TopicError;

/// One line about a room; may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Display, ToSchema)]
#[schema(value_type = String)]
#[serde(transparent)]
pub struct Topic(String);

impl Topic {
    /// Checks what somebody typed.
    ///
    /// # Errors
    /// When it is too long or has more than one line.
    pub fn parse(text: &str) -> Result<Self, TopicError> {
        let line = text.trim();
        if line.len() > limits::TOPIC_BYTES || line.chars().any(char::is_control) {
            Err(TopicError)
        } else {
            Ok(Self(line.to_owned()))
        }
    }

    /// A topic that was checked before it was stored.
    #[must_use]
    pub fn trusted(text: String) -> Self {
        Self(text)
    }

    /// The line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A description with more than 2,000 bytes, or with control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
#[display("a description has at most {} bytes, and no control characters", limits::DESCRIPTION_BYTES)]
pub struct DescriptionError;

/// What a room is for, in a few lines; may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Display, ToSchema)]
#[schema(value_type = String)]
#[serde(transparent)]
pub struct Description(String);

impl Description {
    /// Checks what somebody typed.
    ///
    /// # Errors
    /// When it is too long or has control characters other than line breaks.
    pub fn parse(text: &str) -> Result<Self, DescriptionError> {
        let text = text.trim().replace("\r\n", "\n");
        if text.len() > limits::DESCRIPTION_BYTES || text.chars().any(|c| c.is_control() && c != '\n') {
            Err(DescriptionError)
        } else {
            Ok(Self(text))
        }
    }

    /// A description that was checked before it was stored.
    #[must_use]
    pub fn trusted(text: String) -> Self {
        Self(text)
    }

    /// The lines.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
