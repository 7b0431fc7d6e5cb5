//! What else a client may ask a server for, over its connection: commands as docs/PROTOCOL.md has them.

use serde::Serialize;

use crate::domain::ids::Seq;

/// A command that does not need the care of joining and of sending. Each may be said again after a lost connection: it
/// asks for something, or says how something is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[expect(missing_docs, reason = "the fields are those of docs/PROTOCOL.md")]
pub enum Command {
    /// The rooms one may see.
    Rooms,
    /// The people of a room.
    Members { room: String },
    /// A page of a log, passing over events that only change a message.
    History {
        room: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<Seq>,
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<Seq>,
        limit: usize,
        only: &'static str,
    },
    /// The answers of a thread.
    Thread { room: String, seq: Seq, limit: usize },
    /// What was put up.
    Pins { room: String },
    /// Another text for a message of one's own.
    Edit { room: String, seq: Seq, text: String },
    /// Takes a message back.
    Delete { room: String, seq: Seq },
    /// Puts an emoji on a message, or takes it off.
    React { room: String, seq: Seq, emoji: String, on: bool },
    /// Puts a message up, or takes it down.
    Pin { room: String, seq: Seq, on: bool },
    /// Another topic.
    Topic { room: String, topic: String },
    /// What one wants to be told of.
    Level { room: String, level: String },
    /// How present one is.
    Presence { status: &'static str, auto: bool },
    /// What one says of oneself.
    Status { emoji: String, text: String },
    /// One is writing. Nobody waits for an answer.
    Typing { room: String },
    /// One has read so far. Nobody waits for an answer.
    Read { room: String, seq: Seq },
}
