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
    /// Framed TCP, version 1: the plain chat protocol.
    TcpV1,
    /// Framed TCP, version 2: the frames of the WebSocket behind a header.
    Framed(Body, Packing),
}

/// How the body of a frame is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Body {
    /// JSON.
    Json,
    /// MessagePack.
    MsgPack,
}

/// What is done with a body before it goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Packing {
    /// Nothing.
    None,
    /// Zstandard (RFC 8878), where it makes the body shorter.
    Zstd,
}

impl Body {
    /// All of them, with their names.
    pub const NAMED: [(Self, &'static str); 2] = [(Self::Json, "json"), (Self::MsgPack, "msgpack")];
}

impl Packing {
    /// All of them, with their names.
    pub const NAMED: [(Self, &'static str); 2] = [(Self::None, "none"), (Self::Zstd, "zstd")];
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
