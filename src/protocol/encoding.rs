//! The encodings of a session and their subprotocol names.

use super::irc::cap::Dialect;

/// How frames are written for one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// `parlor.v1.json`
    Json,
    /// `parlor.v1.msgpack`
    MsgPack,
    /// `parlor.v1.html`: JSON whose events also carry the rendered HTML.
    Html,
    /// No subprotocol: lines for people, one message each.
    Plain,
    /// A stream of events: JSON in blocks, see `event_stream`.
    Events,
    /// The same, with the rendered HTML.
    EventsHtml,
    /// The same lines in a stream, each with its end.
    Lines,
    /// Lines of IRC, for clients that can read this.
    Irc(Dialect),
}

impl Encoding {
    /// The encodings that have a subprotocol, in the order of preference.
    pub const NAMED: [(Self, &'static str); 3] =
        [(Self::Html, "parlor.v1.html"), (Self::Json, "parlor.v1.json"), (Self::MsgPack, "parlor.v1.msgpack")];

    /// Whether frames may follow each other in one piece of memory: those that are sent as they are.
    #[must_use]
    pub fn joins(self) -> bool {
        !matches!(self, Self::Events | Self::EventsHtml)
    }

    /// The encoding with this subprotocol, with the name to answer.
    #[must_use]
    pub fn by_subprotocol(name: &str) -> Option<(Self, &'static str)> {
        Self::NAMED.into_iter().find(|(_, known)| *known == name)
    }
}
