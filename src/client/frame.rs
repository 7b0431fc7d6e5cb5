//! Frames as a client writes and reads them. Names are texts here: a newer server may have some that are not known yet.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::command::Command;
use super::error::ClientError;
use crate::domain::ids::Seq;

/// A command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Outgoing {
    /// Listen to a room.
    Join {
        /// What the answer repeats.
        id: String,
        /// Which.
        room: String,
        /// The last event already seen.
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<Seq>,
        /// Make it when it is missing.
        create: bool,
        /// Whether to be told who types and who is there, too.
        #[serde(skip_serializing_if = "Clone::clone")]
        look: bool,
        /// The key of the room.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
    /// Stop listening.
    Leave {
        /// What the answer repeats.
        id: String,
        /// To which room.
        room: String,
    },
    /// Write.
    Send {
        /// What the answer repeats.
        id: String,
        /// Where.
        room: String,
        /// What.
        text: Arc<str>,
        /// The name of this message, the same each time it is sent.
        nonce: String,
        /// The message that it answers.
        #[serde(skip_serializing_if = "Option::is_none")]
        reply_to: Option<Seq>,
    },
    /// A page of the log.
    History {
        /// What the answer repeats.
        id: String,
        /// Of which room.
        room: String,
        /// Below this number.
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<Seq>,
        /// Above this number.
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<Seq>,
        /// At most this many.
        limit: usize,
    },
    /// Anything else.
    #[serde(untagged)]
    Asked {
        /// What the answer repeats; without it there is only an answer when it is refused.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// What.
        #[serde(flatten)]
        command: Command,
    },
}

/// Somebody, as frames show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Somebody {
    /// A UUID.
    pub id: String,
    /// The name to show.
    pub name: String,
}

/// An entry of a room's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEvent {
    /// `message`, `joined`, `left`, or something newer.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where.
    pub room: String,
    /// Its number.
    pub seq: Seq,
    /// Who wrote a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Somebody>,
    /// Whose membership it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Somebody>,
    /// What was written (Markdown).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// When the server took it: RFC 3339, UTC.
    pub at: String,
    /// Whatever else the server said of it.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// The first frame of a session.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Welcome {
    /// Who the server takes this client for.
    pub user: Somebody,
    /// Seconds between two pings of the server.
    pub heartbeat_seconds: u64,
    /// The version of the server.
    #[serde(default)]
    pub version: String,
}

/// An answer that is no refusal. What it holds depends on the question.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Ack {
    /// Of the command it answers.
    pub id: Option<String>,
    /// The end of the log, of a join.
    pub last_seq: Option<Seq>,
    /// Whether the missed events do not follow, of a join.
    #[serde(default)]
    pub reset: bool,
    /// The number of the message, of a send.
    pub seq: Option<Seq>,
    /// When the server took it, of a send.
    pub at: Option<String>,
    /// Whether it had been stored before, of a send.
    #[serde(default)]
    pub duplicate: bool,
    /// A page of the log.
    #[serde(default)]
    pub events: Vec<LogEvent>,
    /// Whether there is more in that direction, of a page.
    #[serde(default)]
    pub more: bool,
    /// Whatever else the server said.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Ack {
    /// As the protocol has it, without what answers of every kind have.
    #[must_use]
    pub fn into_map(self) -> Map<String, Value> {
        let mut map = self.rest;
        map.remove("type");
        let mut put = |name: &str, value: Option<Value>| drop(value.map(|value| map.insert(name.to_owned(), value)));
        put("seq", self.seq.map(Value::from));
        put("at", self.at.map(Value::from));
        put("more", Some(Value::from(self.more)));
        put("events", serde_json::to_value(self.events).ok());
        map
    }
}

/// A frame from the server.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// The first of a session.
    Welcome(Welcome),
    /// A command was carried out.
    Ack(Box<Ack>),
    /// A command was refused.
    Refused {
        /// Of the command, if it had one.
        id: Option<String>,
        /// Why.
        error: ClientError,
    },
    /// An entry of a log.
    Log(Box<LogEvent>),
    /// Something could not be read: join again.
    Resync {
        /// Which room.
        room: String,
    },
    /// The room was deleted.
    Gone {
        /// Which.
        room: String,
    },
    /// The last frame of a session.
    Bye {
        /// Why it ends.
        reason: String,
        /// When to come back; `None` when not to.
        reconnect_after: Option<Duration>,
    },
    /// Typing, presence, read cursors, and what is not known yet.
    Other(Value),
}

impl Frame {
    /// Reads a frame.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(value: Value) -> Result<Self, ClientError> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        match value["type"].as_str() {
            Some("welcome") => of(value).map(Self::Welcome),
            Some("ack") => of(value).map(|ack| Self::Ack(Box::new(ack))),
            Some("error") => Ok(Self::Refused { id: text("id"), error: refused(&value, 0) }),
            Some("resync") => Ok(Self::Resync { room: text("room").unwrap_or_default() }),
            Some("gone") => Ok(Self::Gone { room: text("room").unwrap_or_default() }),
            Some("bye") => Ok(Self::Bye {
                reason: text("reason").unwrap_or_default(),
                reconnect_after: value["reconnect_after_ms"].as_u64().map(Duration::from_millis),
            }),
            // Kinds of events that are not known yet count as well: the log has no holes.
            Some(_) if value["seq"].is_u64() && value["at"].is_string() && value["room"].is_string() => {
                of(value).map(|event| Self::Log(Box::new(event)))
            }
            Some(_) => Ok(Self::Other(value)),
            None => Err(ClientError::lost("a frame without a type came")),
        }
    }
}

fn of<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, ClientError> {
    serde_json::from_value(value).map_err(|error| ClientError::lost(format!("a frame could not be read: {error}")))
}

/// A refusal, from an `error` frame or from a problem document with this HTTP status.
#[must_use]
pub fn refused(value: &Value, status: u16) -> ClientError {
    let code = value["code"].as_str().map_or_else(|| status.to_string(), str::to_owned);
    let message = value["message"].as_str().or(value["detail"].as_str());
    let message = message.map_or_else(|| format!("the server answered with status {status}"), str::to_owned);
    let retry_after = value["retry_after_ms"].as_u64().map(Duration::from_millis);
    ClientError::Refused { code, message, retry_after }
}

/// What a `bye` means: come back, or do not.
#[must_use]
pub fn ended(reason: String, reconnect_after: Option<Duration>) -> ClientError {
    match reconnect_after {
        Some(wait) => ClientError::Lost { why: reason, retry_after: Some(wait) },
        None => ClientError::Ended { reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_kind_of_event_that_is_not_known_yet_is_an_event_all_the_same() {
        let value = json!({"type": "pinned", "room": "lobby", "seq": 4, "at": "now", "pin": 3});
        let Ok(Frame::Log(event)) = Frame::read(value.clone()) else { panic!("an event") };
        assert_eq!((event.seq, event.kind.as_str(), &event.more["pin"]), (4, "pinned", &json!(3)));
        assert_eq!(serde_json::to_value(&*event).unwrap(), value);
        assert!(matches!(Frame::read(json!({"type": "read", "room": "lobby", "seq": 4})), Ok(Frame::Other(_))));
        assert!(Frame::read(json!({"room": "lobby"})).is_err());
    }

    #[test]
    fn a_refusal_keeps_code_words_and_wait() {
        let frame = Frame::read(
            json!({"type": "error", "id": "s1", "code": "rate_limited", "message": "slow", "retry_after_ms": 70}),
        );
        let Ok(Frame::Refused { id, error }) = frame else { panic!("a refusal") };
        assert_eq!((id.as_deref(), error.is_passing()), (Some("s1"), true));
        assert_eq!((error.to_string().as_str(), error.retry_after()), ("slow", Some(Duration::from_millis(70))));
        assert!(refused(&Value::Null, 502).is_passing() && !refused(&Value::Null, 401).is_passing());
    }

    #[test]
    fn commands_are_written_as_the_protocol_wants_them() {
        let (id, room, key) = ("j1".into(), "lobby".into(), Some("sesame".into()));
        let join = Outgoing::Join { id, room, after: None, create: false, look: true, key };
        assert_eq!(
            serde_json::to_value(join).unwrap(),
            json!({"type": "join", "id": "j1", "room": "lobby", "create": false, "key": "sesame"})
        );
        let send = Outgoing::Send {
            id: "s1".into(),
            room: "lobby".into(),
            text: "hi".into(),
            nonce: "n".into(),
            reply_to: None,
        };
        assert_eq!(
            serde_json::to_value(send).unwrap(),
            json!({"type": "send", "id": "s1", "room": "lobby", "text": "hi", "nonce": "n"})
        );
        let react = Command::React { room: "lobby".into(), seq: 3, emoji: "🎉".into(), on: true };
        let react = Outgoing::Asked { id: Some("c1".into()), command: react };
        let written = json!({"type": "react", "id": "c1", "room": "lobby", "seq": 3, "emoji": "🎉", "on": true});
        assert_eq!(serde_json::to_value(&react).unwrap(), written);
        let packed: Value = rmp_serde::from_slice(&rmp_serde::to_vec_named(&react).unwrap()).unwrap();
        assert_eq!(packed, written, "MessagePack has the same keys");
        let typing = Outgoing::Asked { id: None, command: Command::Typing { room: "lobby".into() } };
        assert_eq!(serde_json::to_value(typing).unwrap(), json!({"type": "typing", "room": "lobby"}));
    }
}
