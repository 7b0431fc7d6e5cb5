//! Framed TCP, version 1: what the server says. Each word is a frame; what version 1 has no word for is left out.

use serde::Serialize;

use super::answer::{Answer, Members};
use super::error_code::Problem;
use super::framed;
use super::payload::{Payload, PayloadKind};
use super::server_frame::{Ephemeral, Notice};
use super::tcp_v1::shown_id;
use crate::domain::clock::Timestamp;
use crate::domain::event::{Event, EventBody};
use crate::domain::ids::Seq;
use crate::domain::name::{DIRECT_PREFIX, RoomName, UserName};
use crate::domain::person::Status;

/// The id of the list that follows a join: a refusal of it says nothing that the refusal of the join has not said.
pub const FOLLOW_UP: &str = "list after join";

/// One word of the server.
#[derive(Debug, Serialize)]
#[serde(tag = "type")]
pub enum Reply<'a> {
    /// Whether somebody is in.
    LoginResponse {
        /// In, or not.
        success: bool,
        /// For people.
        message: &'a str,
        /// With this the same guest comes again.
        #[serde(skip_serializing_if = "Option::is_none")]
        token: Option<&'a str>,
    },
    /// What was agreed on for version 2.
    Hello {
        /// Always 2.
        version: u16,
        /// How bodies are written.
        encoding: &'static str,
        /// What is done with them.
        compression: &'static str,
        /// With this the same guest comes again, or whoever asked for a token.
        #[serde(skip_serializing_if = "Option::is_none")]
        token: Option<&'a str>,
        /// Where the same server speaks HTTP, if it has been told so: an origin (RFC 6454).
        #[serde(skip_serializing_if = "Option::is_none")]
        http: Option<&'a str>,
    },
    /// A message.
    ChatMessage {
        /// Who wrote it.
        from: &'a UserName,
        /// What.
        content: &'a str,
        /// When the server took it.
        timestamp: Timestamp,
        /// In which room; not for direct messages.
        #[serde(skip_serializing_if = "Option::is_none")]
        room: Option<&'a RoomName>,
        /// In which conversation, for direct messages.
        #[serde(skip_serializing_if = "Option::is_none")]
        to: Option<&'a RoomName>,
        /// Its number there.
        seq: Seq,
    },
    /// Somebody has come.
    UserJoined {
        /// Who.
        username: &'a UserName,
        /// Where.
        room: &'a RoomName,
    },
    /// Somebody has gone.
    UserLeft {
        /// Who.
        username: &'a UserName,
        /// From where.
        room: &'a RoomName,
    },
    /// Somebody who is here is present in another way.
    Status {
        /// Who.
        username: &'a UserName,
        /// Where.
        room: &'a RoomName,
        /// How.
        status: Status,
    },
    /// Who is there.
    UserList {
        /// Where.
        room: &'a RoomName,
        /// Those who are connected.
        users: Vec<User<'a>>,
    },
    /// A message that had an id is stored.
    Ack {
        /// The id.
        id: &'a str,
        /// Where it is.
        room: &'a RoomName,
        /// Its number there.
        seq: Seq,
        /// When the server took it.
        timestamp: Timestamp,
    },
    /// Are you there?
    Ping {},
    /// I am.
    Pong {},
    /// A refusal, or the last words.
    Error {
        /// As HTTP numbers them.
        code: u16,
        /// What to do.
        message: &'a str,
        /// The id of what was refused.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        /// Which field is wrong, or missing.
        #[serde(skip_serializing_if = "Option::is_none")]
        field: Option<&'static str>,
        /// After which time it is worth trying again.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    },
}

/// Somebody in a list.
#[derive(Debug, Serialize)]
pub struct User<'a> {
    username: &'a UserName,
    status: Status,
}

/// A frame with one word, of the server or about a file.
#[must_use]
pub fn write(word: &impl Serialize) -> Payload {
    Payload::raw(PayloadKind::Binary, framed::plain(|bytes| put(bytes, word)))
}

/// A map of plain values gives JSON no reason to fail; should it ever, the frame is empty rather than the thread lost.
fn put(bytes: &mut Vec<u8>, word: &impl Serialize) {
    let start = bytes.len();
    if serde_json::to_writer(&mut *bytes, word).is_err() {
        bytes.truncate(start);
    }
}

/// An entry of a log: messages only.
#[must_use]
pub fn event(event: &Event) -> Option<Payload> {
    let EventBody::Message(message) = &event.body else { return None };
    if message.state.as_ref().is_some_and(|state| state.deleted.is_some()) {
        return None;
    }
    let is_direct = event.room_name.as_str().starts_with(DIRECT_PREFIX);
    let room = Some(&event.room_name);
    let (from, content, timestamp, seq) = (&event.author.name, message.text.as_ref(), event.at, event.seq);
    Some(write(&Reply::ChatMessage {
        from,
        content,
        timestamp,
        room: room.filter(|_| !is_direct),
        to: room.filter(|_| is_direct),
        seq,
    }))
}

/// Who came, went, or is present in another way; one frame each.
#[must_use]
pub fn ephemeral(news: &Ephemeral) -> Option<Payload> {
    let Ephemeral::Presence { room, changes, .. } = news else { return None };
    let frames: Vec<Payload> = changes
        .iter()
        .map(|change| {
            let username = &change.user.name;
            write(&match change.status {
                Status::Offline => Reply::UserLeft { username, room },
                _ if change.came => Reply::UserJoined { username, room },
                status => Reply::Status { username, room, status },
            })
        })
        .collect();
    Payload::join(frames.iter())
}

/// An answer: lists, pongs, and acknowledgements of messages with an id.
#[must_use]
pub fn answer(id: Option<&str>, answer: &Answer) -> Option<Payload> {
    match answer {
        Answer::Members(members) => Some(user_list(members)),
        Answer::Pong => Some(write(&Reply::Pong {})),
        Answer::Sent(sent) => {
            shown_id(id).map(|id| write(&Reply::Ack { id, room: &sent.room, seq: sent.seq, timestamp: sent.at }))
        }
        _ => None,
    }
}

fn user_list(members: &Members) -> Payload {
    let here = members.members.iter().filter(|member| member.status != Status::Offline);
    let users = here.map(|member| User { username: &member.name, status: member.status }).collect();
    write(&Reply::UserList { room: &members.room, users })
}

/// A refusal.
#[must_use]
pub fn problem(id: Option<&str>, problem: &Problem) -> Payload {
    let retry_after_ms = problem.retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1));
    let (code, message) = (problem.code.status(), problem.message.as_str());
    write(&Reply::Error { code, message, id: shown_id(id), field: problem.field, retry_after_ms })
}

/// News for one session.
#[must_use]
pub fn notice(notice: &Notice) -> Option<Payload> {
    match notice {
        Notice::Read { .. } | Notice::Level { .. } | Notice::Gone { .. } => None,
        Notice::Resync { room, .. } => {
            let message =
                format!("some messages of {room} were left out; send Join with `after`, the last `seq` you have");
            Some(write(&Reply::Error { code: 503, message: &message, id: None, field: None, retry_after_ms: None }))
        }
        Notice::Bye { reason, reconnect_after_ms } => {
            let code = if reconnect_after_ms.is_some() { 503 } else { 403 };
            let retry_after_ms = *reconnect_after_ms;
            Some(write(&Reply::Error { code, message: reason, id: None, field: None, retry_after_ms }))
        }
    }
}

/// The last words, for a reason that is given as RFC 6455 numbers it.
#[must_use]
pub fn farewell(closing: Option<(u16, &str)>) -> Option<Payload> {
    let (code, reason) = closing.filter(|(_, reason)| !reason.is_empty())?;
    let code = match code {
        1000 => return None,
        1008 => 403,
        1009 => 413,
        1001 | 1013 => 503,
        _ => 400,
    };
    Some(write(&Reply::Error { code, message: reason, id: None, field: None, retry_after_ms: None }))
}
