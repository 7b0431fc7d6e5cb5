//! Reads commands from JSON and MessagePack. Every refusal names the field and says what belongs there.

use std::io::Cursor;

use serde_json::{Map, Value};

use super::command::{Command, Only, Page, Question, Request};
use super::error_code::{ErrorCode, Problem, bad_name};
use crate::domain::clock::Timestamp;
use crate::domain::emoji::Emoji;
use crate::domain::ids::{Seq, UserId};
use crate::domain::limits;
use crate::domain::membership::{Level, Role};
use crate::domain::moderation::{self, Measure, ReportReason};
use crate::domain::name::RoomName;
use crate::domain::person::Status;
use crate::domain::room::{Description, Topic};
use crate::domain::room_rules::KEY_BYTES;
use crate::domain::status_line::{StatusLine, StatusText};
use crate::domain::text::MessageText;

/// A refusal with the id of the command, as far as one could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The id of the command, if it had a usable one.
    pub id: Option<String>,
    /// Why.
    pub problem: Problem,
}

const TYPES: &str = "join, leave, send, edit, delete, react, pin, topic, change, role, remove, mute, ban, slow, \
    report, level, typing, read, unread, presence, status, history, thread, pins, rooms, members or ping";

/// Reads one command from JSON text.
///
/// # Errors
/// Says what was not understood.
pub fn from_json(text: &str) -> Result<Request, Refused> {
    match serde_json::from_str::<Value>(text) {
        Ok(value) => from_value(value),
        Err(error) => Err(Refused {
            id: None,
            problem: Problem::new(
                ErrorCode::BadRequest,
                format!("this is not JSON: {}", shown(&error.to_string(), 120)),
            ),
        }),
    }
}

/// Reads one command from MessagePack bytes: a map with the same keys as in JSON.
///
/// # Errors
/// Says what was not understood.
pub fn from_msgpack(bytes: &[u8]) -> Result<Request, Refused> {
    let refused = |what: String| Refused { id: None, problem: Problem::new(ErrorCode::BadRequest, what) };
    let mut reader = rmp_serde::Deserializer::new(Cursor::new(bytes));
    // The default depth of 1024 would let a frame build a tree that is slow to walk and to drop.
    reader.set_max_depth(16);
    let value = serde::Deserialize::deserialize(&mut reader).map_err(|error: rmp_serde::decode::Error| {
        refused(format!("this is not MessagePack: {}", shown(&error.to_string(), 120)))
    })?;
    // As in JSON: a second command in one frame must not be lost without a word.
    if reader.position() != bytes.len() as u64 {
        return Err(refused("something follows the command; send each in a frame of its own".to_owned()));
    }
    from_value(value)
}

fn from_value(value: Value) -> Result<Request, Refused> {
    let Value::Object(map) = value else {
        return Err(Refused {
            id: None,
            problem: Problem::new(ErrorCode::BadRequest, "a command is an object with a `type`"),
        });
    };
    let mut fields = Fields(map);
    let id = fields.optional_string("id", limits::COMMAND_ID_BYTES).map_err(|problem| Refused { id: None, problem })?;
    match command(&mut fields).and_then(|command| fields.finish().map(|()| command)) {
        Ok(command) => Ok(Request { id, command }),
        Err(problem) => Err(Refused { id, problem }),
    }
}

fn command(fields: &mut Fields) -> Result<Command, Problem> {
    let kind = fields.string("type")?;
    match kind.as_str() {
        "join" => join(fields),
        "leave" => Ok(Command::Leave { room: fields.room()? }),
        "send" => Ok(Command::Send {
            room: fields.room()?,
            text: MessageText::parse(&fields.string("text")?)?,
            nonce: fields.nonce()?,
            reply_to: fields.optional_number("reply_to")?,
        }),
        "edit" => Ok(Command::Edit {
            room: fields.room()?,
            seq: fields.number("seq")?,
            text: MessageText::parse(&fields.string("text")?)?,
        }),
        "delete" => Ok(Command::Delete { room: fields.room()?, seq: fields.number("seq")? }),
        "react" => Ok(Command::React {
            room: fields.room()?,
            seq: fields.number("seq")?,
            emoji: emoji(&fields.string("emoji")?)?,
            on: fields.optional_bool("on")?.unwrap_or(true),
        }),
        "pin" => Ok(Command::Pin {
            room: fields.room()?,
            seq: fields.number("seq")?,
            on: fields.optional_bool("on")?.unwrap_or(true),
        }),
        "topic" => Ok(Command::Topic { room: fields.room()?, topic: Topic::parse(&fields.string("topic")?)? }),
        "change" => change(fields),
        "role" => Ok(Command::Appoint {
            room: fields.room()?,
            user: fields.user()?,
            role: one_of("role", &fields.string("role")?, Role::parse, "owner, moderator or member")?,
        }),
        "remove" => Ok(Command::Remove { room: fields.room()?, user: fields.user()? }),
        "mute" => {
            let (room, user, minutes) = (fields.room()?, fields.user()?, fields.number("minutes")?);
            Ok(Command::Mute { room, user, minutes: mute_minutes(minutes)? })
        }
        "ban" => {
            let (room, user) = (fields.room()?, fields.user()?);
            let on = fields.optional_bool("on")?.unwrap_or(true);
            Ok(Command::Moderate { room, measure: Measure::Ban { user, on } })
        }
        "slow" => Ok(Command::Moderate { room: fields.room()?, measure: slow(fields.number("seconds")?)? }),
        "report" => Ok(Command::Report {
            room: fields.room()?,
            seq: fields.number("seq")?,
            reason: reason(&fields.string("reason")?)?,
        }),
        "level" => Ok(Command::Level {
            room: fields.room()?,
            level: one_of("level", &fields.string("level")?, Level::parse, "all, mentions or nothing")?,
        }),
        "unread" => Ok(Command::Unread { room: fields.room()?, seq: fields.number("seq")? }),
        "thread" => Ok(Command::Ask {
            room: fields.room()?,
            question: Question::Thread {
                seq: fields.number("seq")?,
                after: fields.optional_number("after")?.unwrap_or(0),
                limit: page(None, None, fields.optional_number("limit")?)?.limit,
            },
        }),
        "pins" => Ok(Command::Ask { room: fields.room()?, question: Question::Pins }),
        "typing" => Ok(Command::Typing { room: fields.room()? }),
        "read" => Ok(Command::Read { room: fields.room()?, seq: fields.number("seq")? }),
        "presence" => Ok(Command::Presence {
            status: status(&fields.string("status")?)?,
            auto: fields.optional_bool("auto")?.unwrap_or(false),
        }),
        "status" => Ok(Command::Status {
            line: status_line(fields.text("emoji")?, fields.text("text")?, fields.text("until")?)?,
        }),
        "history" => Ok(Command::History {
            room: fields.room()?,
            page: page(
                fields.optional_number("before")?,
                fields.optional_number("after")?,
                fields.optional_number("limit")?,
            )?,
            only: fields.only()?,
        }),
        "rooms" => Ok(Command::Rooms),
        "members" => Ok(Command::Members { room: fields.room()? }),
        "ping" => Ok(Command::Ping),
        other => Err(Problem::field("type", format!("`type`: {:?} is not known; send {TYPES}", shown(other, 40)))),
    }
}

/// Minutes of a mute.
///
/// # Errors
/// When they are too many.
pub fn mute_minutes(minutes: u64) -> Result<u64, Problem> {
    let checked = moderation::mute_until(minutes, Timestamp(0)).map(|_| minutes);
    checked.map_err(|error| Problem::field("minutes", format!("`minutes`: {error}; 0 ends the mute")))
}

/// Slow mode of a room.
///
/// # Errors
/// When the pause is too long.
pub fn slow(seconds: u64) -> Result<Measure, Problem> {
    let checked = moderation::slow_seconds(seconds).map(Measure::Slow);
    checked.map_err(|error| Problem::field("seconds", format!("`seconds`: {error}; 0 ends slow mode")))
}

/// Why a message is reported.
///
/// # Errors
/// When it is empty or too long.
pub fn reason(text: &str) -> Result<ReportReason, Problem> {
    ReportReason::parse(text).map_err(|error| Problem::field("reason", format!("`reason`: {error}")))
}

fn join(fields: &mut Fields) -> Result<Command, Problem> {
    let (room, after) = (fields.room()?, fields.optional_number("after")?);
    let create = fields.optional_bool("create")?.unwrap_or(false);
    let key = fields.optional_string("key", KEY_BYTES)?;
    Ok(match fields.optional_bool("look")? {
        None | Some(true) => Command::Join { room, after, create, key },
        Some(false) => Command::Listen { room, after, create, key },
    })
}

fn change(fields: &mut Fields) -> Result<Command, Problem> {
    let room = fields.room()?;
    let description = if fields.0.contains_key("description") {
        Some(Description::parse(&fields.string("description")?)?)
    } else {
        None
    };
    let archived = fields.optional_bool("archived")?;
    if description.is_none() && archived.is_none() {
        return Err(Problem::field("description", "give a `description`, or `archived`, or both"));
    }
    Ok(Command::Change { room, description, archived })
}

/// Reads an emoji; the same for every door.
///
/// # Errors
/// When it is not exactly one.
pub fn emoji(text: &str) -> Result<Emoji, Problem> {
    Emoji::parse(text).map_err(|error| Problem::field("emoji", error.to_string()))
}

fn one_of<T>(field: &'static str, text: &str, parse: impl Fn(&str) -> Option<T>, words: &str) -> Result<T, Problem> {
    parse(text).ok_or_else(|| Problem::field(field, format!("`{field}` must be {words}")))
}

/// What came in, as far as it may go back: a client chooses neither how long a refusal gets nor what it does to a terminal.
pub(super) fn shown(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect()
}

pub(super) fn status(text: &str) -> Result<Status, Problem> {
    match text {
        "online" => Ok(Status::Online),
        "away" => Ok(Status::Away),
        "busy" => Ok(Status::Busy),
        _ => Err(Problem::field("status", "`status` must be online, away or busy")),
    }
}

/// Checks a status; the same for every door. `None` and nothing are the same.
///
/// # Errors
/// Names the field that is to blame.
pub fn status_line(emoji: Option<String>, text: Option<String>, until: Option<String>) -> Result<StatusLine, Problem> {
    let given = emoji.filter(|text| !text.trim().is_empty());
    let emoji = given.map(|text| self::emoji(&text)).transpose()?;
    let text = StatusText::parse(&text.unwrap_or_default());
    let text = text.map_err(|error| Problem::field("text", format!("`text`: {error}")))?;
    let until = until.filter(|until| !until.is_empty()).map(|until| {
        let message = "`until` must be a time such as 2026-11-21T18:00:00Z";
        Timestamp::parse(&until).ok_or_else(|| Problem::field("until", message))
    });
    let line = StatusLine { emoji, text, until: until.transpose()? };
    // An empty status has no end.
    Ok(if line.is_empty() { StatusLine::default() } else { line })
}

/// Checks the numbers of a page of history; the same for every door.
///
/// # Errors
/// When a number is out of range, or both ends are given.
pub fn page(before: Option<u64>, after: Option<u64>, limit: Option<u64>) -> Result<Page, Problem> {
    let max = limits::HISTORY_PAGE;
    let limit = match limit.map(usize::try_from) {
        None => limits::HISTORY_DEFAULT,
        Some(Ok(limit)) if (1..=max).contains(&limit) => limit,
        Some(_) => return Err(Problem::field("limit", format!("`limit` must be 1 to {max}"))),
    };
    if before == Some(0) {
        return Err(Problem::field("before", "`before` must be 1 or more; leave it out for the newest page"));
    }
    if before.is_some() && after.is_some() {
        return Err(Problem::field("after", "give `before` or `after`, not both"));
    }
    Ok(Page { before, after, limit })
}

/// The fields of a command; what is left at the end was not expected.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// Those of this object.
    pub(super) fn new(map: Map<String, Value>) -> Self {
        Self(map)
    }

    /// What was not read.
    pub(super) fn rest(self) -> Map<String, Value> {
        self.0
    }

    pub(super) fn string(&mut self, name: &'static str) -> Result<String, Problem> {
        match self.0.remove(name) {
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(Problem::field(name, format!("`{name}` must be a string"))),
            None => Err(Problem::field(name, format!("`{name}` is missing; it must be a string"))),
        }
    }

    pub(super) fn optional_string(&mut self, name: &'static str, max: usize) -> Result<Option<String>, Problem> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if (1..=max).contains(&text.len()) => Ok(Some(text)),
            Some(_) => Err(Problem::field(name, format!("`{name}` must be a string of 1 to {max} bytes"))),
        }
    }

    /// A text that may be left out, or be empty.
    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>, Problem> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Problem::field(name, format!("`{name}` must be a string"))),
        }
    }

    pub(super) fn nonce(&mut self) -> Result<Option<String>, Problem> {
        let nonce = self.optional_string("nonce", limits::NONCE_BYTES)?;
        if nonce.as_ref().is_some_and(|nonce| nonce.chars().any(char::is_control)) {
            return Err(Problem::field("nonce", "`nonce` may not contain control characters"));
        }
        Ok(nonce)
    }

    pub(super) fn optional_number(&mut self, name: &'static str) -> Result<Option<Seq>, Problem> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            // The database counts in signed 64-bit numbers; JavaScript is exact up to 2^53.
            Some(value) => match value.as_u64().filter(|n| *n < 1 << 53) {
                Some(number) => Ok(Some(number)),
                None => Err(Problem::field(name, format!("`{name}` must be a whole number from 0 to 2^53"))),
            },
        }
    }

    pub(super) fn number(&mut self, name: &'static str) -> Result<Seq, Problem> {
        self.optional_number(name)?
            .ok_or_else(|| Problem::field(name, format!("`{name}` is missing; it must be a whole number")))
    }

    pub(super) fn optional_bool(&mut self, name: &'static str) -> Result<Option<bool>, Problem> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(_) => Err(Problem::field(name, format!("`{name}` must be true or false"))),
        }
    }

    fn only(&mut self) -> Result<Option<Only>, Problem> {
        match self.optional_string("only", 16)?.as_deref() {
            None => Ok(None),
            Some("messages") => Ok(Some(Only::Messages)),
            Some("shown") => Ok(Some(Only::Shown)),
            Some(_) => Err(Problem::field("only", "`only` must be messages or shown; leave it out for everything")),
        }
    }

    fn user(&mut self) -> Result<UserId, Problem> {
        let text = self.string("user")?;
        let id = uuid::Uuid::try_parse(&text).map(UserId);
        id.map_err(|_| Problem::field("user", "`user` must be the id of an account, as in `members`"))
    }

    pub(super) fn room(&mut self) -> Result<RoomName, Problem> {
        RoomName::parse_existing(&self.string("room")?).map_err(|error| bad_name("room", &error))
    }

    fn finish(&mut self) -> Result<(), Problem> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(key) => {
                let message = format!("the field {:?} does not belong to this command", shown(key, 40));
                Err(Problem::new(ErrorCode::BadRequest, message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(text: &str) -> (Option<String>, ErrorCode, Option<&'static str>) {
        let refused = from_json(text).expect_err(text);
        (refused.id, refused.problem.code, refused.problem.field)
    }

    #[test]
    fn a_join_is_read_with_its_id() {
        let request = from_json(r##"{"type":"join","id":"7","room":"#Lobby","after":3,"create":true}"##).expect("good");
        let room = RoomName::parse("lobby").expect("good");
        assert_eq!(
            request,
            Request { id: Some("7".into()), command: Command::Join { room, after: Some(3), create: true, key: None } }
        );
    }

    #[test]
    fn a_join_that_does_not_look_listens() {
        let command = |text| from_json(text).expect("good").command;
        let room = RoomName::parse("dev").expect("good");
        let listen = Command::Listen { room: room.clone(), after: None, create: false, key: None };
        assert_eq!(command(r#"{"type":"join","room":"dev","look":false}"#), listen);
        let join = Command::Join { room, after: None, create: false, key: None };
        assert_eq!(command(r#"{"type":"join","room":"dev","look":true}"#), join);
    }

    #[test]
    fn msgpack_and_json_say_the_same() {
        let json = serde_json::json!({"type": "send", "id": "a", "room": "lobby", "text": "hi", "nonce": "n"});
        let bytes = rmp_serde::to_vec_named(&json).expect("good");
        assert_eq!(from_msgpack(&bytes), from_json(&json.to_string()));
    }

    #[test]
    fn a_second_command_in_one_frame_is_refused_in_either_encoding() {
        let ping = serde_json::json!({"type": "ping"});
        let packed = rmp_serde::to_vec_named(&ping).expect("good");

        assert!(from_msgpack(&packed).is_ok());
        assert!(from_msgpack(&packed.repeat(2)).is_err_and(|refused| refused.problem.message.contains("follows")));
        assert!(from_json(&ping.to_string().repeat(2)).is_err());
    }

    #[test]
    fn every_refusal_names_its_field() {
        let bad = ErrorCode::BadRequest;
        assert_eq!(refused("{"), (None, bad, None));
        assert_eq!(refused("[]"), (None, bad, None));
        assert_eq!(refused("{}"), (None, bad, Some("type")));
        assert_eq!(refused(r#"{"type":"dance","id":"1"}"#), (Some("1".into()), bad, Some("type")));
        assert_eq!(refused(r#"{"type":5}"#), (None, bad, Some("type")));
        assert_eq!(refused(r#"{"type":"ping","id":5}"#), (None, bad, Some("id")));
        assert_eq!(refused(r#"{"type":"join"}"#), (None, bad, Some("room")));
        assert_eq!(refused(r#"{"type":"join","room":"a b"}"#), (None, bad, Some("room")));
        assert_eq!(refused(r#"{"type":"join","room":"a","after":-1}"#), (None, bad, Some("after")));
        assert_eq!(refused(r#"{"type":"join","room":"a","after":1.5}"#), (None, bad, Some("after")));
        assert_eq!(refused(r#"{"type":"join","room":"a","after":9007199254740992}"#), (None, bad, Some("after")));
        assert_eq!(refused(r#"{"type":"join","room":"a","create":"yes"}"#), (None, bad, Some("create")));
        assert_eq!(refused(r#"{"type":"join","room":"a","look":1}"#), (None, bad, Some("look")));
        assert_eq!(refused(r#"{"type":"send","room":"a"}"#), (None, bad, Some("text")));
        assert_eq!(refused(r#"{"type":"send","room":"a","text":" "}"#), (None, bad, Some("text")));
        assert_eq!(refused(r#"{"type":"send","room":"a","text":"x","nonce":""}"#), (None, bad, Some("nonce")));
        assert_eq!(refused(r#"{"type":"read","room":"a"}"#), (None, bad, Some("seq")));
        assert_eq!(refused(r#"{"type":"presence","status":"offline"}"#), (None, bad, Some("status")));
        assert_eq!(refused(r#"{"type":"presence","status":"away","auto":1}"#), (None, bad, Some("auto")));
        assert_eq!(refused(r#"{"type":"status","emoji":"no"}"#), (None, bad, Some("emoji")));
        assert_eq!(refused(r#"{"type":"status","text":5}"#), (None, bad, Some("text")));
        assert_eq!(refused(r#"{"type":"status","text":"out","until":"tomorrow"}"#), (None, bad, Some("until")));
        assert_eq!(refused(r#"{"type":"history","room":"a","limit":0}"#), (None, bad, Some("limit")));
        assert_eq!(refused(r#"{"type":"history","room":"a","limit":201}"#), (None, bad, Some("limit")));
        assert_eq!(refused(r#"{"type":"history","room":"a","before":1,"after":1}"#), (None, bad, Some("after")));
        assert_eq!(refused(r#"{"type":"ping","extra":1}"#), (None, bad, None));
    }

    #[test]
    fn a_text_over_the_limit_is_too_large() {
        let text = format!(r#"{{"type":"send","room":"a","text":"{}"}}"#, "x".repeat(limits::TEXT_BYTES + 1));
        assert_eq!(refused(&text), (None, ErrorCode::TooLarge, Some("text")));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}") {
            let _ = from_json(&text);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = from_msgpack(&bytes);
        }
    }
}
