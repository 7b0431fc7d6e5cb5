//! The encoding for people: typed lines in, readable lines out. What others wrote is shown without control
//! characters, so that nobody can steer somebody else's terminal.

use super::answer::{Answer, MemberEntry, RoomEntry};
use super::command::Command;
use super::decode::status_line;
use super::error_code::{ErrorCode, Problem, bad_name};
use super::server_frame::{Ephemeral, Notice, ShownLine, Welcome};
use crate::domain::emoji::Emoji;
use crate::domain::event::{Event, EventBody, Message};
use crate::domain::name::{DIRECT_PREFIX, RoomName, UserName};
use crate::domain::person::Status;
use crate::domain::room::{RoomKind, Topic};
use crate::domain::room_rules::RoomKey;
use crate::domain::status_line::StatusLine;
use crate::domain::text::MessageText;

/// What `/help` shows.
pub const HELP: &str = "\
* A line you type is a message to the room you are in.
* /join ROOM [KEY]    listen and talk there (\"/join ROOM create\" makes a missing one)
* /leave [ROOM]       stop listening
* /who [ROOM]         who is there
* /rooms              the rooms you may see
* /msg NAME TEXT      write to one person
* /me TEXT            say what you do
* /topic TEXT         another topic for the room you are in
* /nick NAME          another name, for guests
* /status :tea: TEXT  what others see beside your name; /status alone clears it
* /away /busy /back   how present you are
* /quit               close the connection
* // at the start of a line sends a line that begins with one slash";

/// What a typed line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A command like that of every other door.
    Command(Command),
    /// A message to one person, by name.
    Message {
        /// To whom.
        to: UserName,
        /// What.
        text: MessageText,
    },
    /// The list of commands.
    Help,
    /// The end.
    Quit,
    /// Nothing was typed.
    Nothing,
}

/// Reads one typed line; `current` is the room the person is in.
///
/// # Errors
/// Says what was not understood.
pub fn parse(line: &str, current: Option<&RoomName>) -> Result<Line, Problem> {
    let line = line.trim_end_matches(['\r', '\n']);
    if line.trim().is_empty() {
        return Ok(Line::Nothing);
    }
    let Some(command) = line.strip_prefix('/') else {
        return send(line, current);
    };
    if command.starts_with('/') {
        return send(command, current);
    }
    let (word, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    let rest = rest.trim();
    match word.to_ascii_lowercase().as_str() {
        "join" | "j" => {
            let (name, word) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            // A room whose key is this word can be joined too: a room that is there is not made.
            let (create, key) = (word.trim().eq_ignore_ascii_case("create"), key(word.trim())?);
            Ok(Line::Command(Command::Join { room: room(name)?, after: None, create, key }))
        }
        "leave" | "part" => Ok(Line::Command(Command::Leave { room: room_or_current(rest, current)? })),
        "who" => Ok(Line::Command(Command::Members { room: room_or_current(rest, current)? })),
        "rooms" | "list" => Ok(Line::Command(Command::Rooms)),
        "status" => Ok(Line::Command(Command::Status { line: status(rest)? })),
        "away" => Ok(presence(Status::Away)),
        "busy" => Ok(presence(Status::Busy)),
        "back" => Ok(presence(Status::Online)),
        "nick" => Ok(Line::Command(Command::Nick { name: name(rest)? })),
        "msg" => {
            let (to, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            Ok(Line::Message { to: name(to)?, text: MessageText::parse(text)? })
        }
        "me" => send(&format!("*{}*", MessageText::parse(rest)?.as_str()), current),
        "topic" => {
            let room = current.cloned().ok_or_else(not_in_a_room)?;
            Ok(Line::Command(Command::Topic { room, topic: Topic::parse(rest)? }))
        }
        "help" | "?" => Ok(Line::Help),
        "quit" | "exit" => Ok(Line::Quit),
        _ => {
            let shown: String = word.chars().filter(|c| !c.is_control()).take(20).collect();
            Err(Problem::new(ErrorCode::BadRequest, format!("/{shown} is not known; /help lists the commands")))
        }
    }
}

fn presence(status: Status) -> Line {
    Line::Command(Command::Presence { status, auto: false })
}

/// An emoji, or its name between colons, may stand in front of the words.
fn status(rest: &str) -> Result<StatusLine, Problem> {
    let (first, words) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (emoji, text) = if Emoji::parse(first).is_ok() { (first, words) } else { ("", rest) };
    status_line(Some(emoji.to_owned()), Some(text.to_owned()), None)
}

fn send(text: &str, current: Option<&RoomName>) -> Result<Line, Problem> {
    let text = MessageText::parse(text)?;
    let room = current.cloned().ok_or_else(not_in_a_room)?;
    Ok(Line::Command(Command::Send { room, text, nonce: None, reply_to: None }))
}

fn not_in_a_room() -> Problem {
    Problem::new(ErrorCode::BadRequest, "you are in no room; type /join lobby, or /rooms to see what there is")
}

fn room(text: &str) -> Result<RoomName, Problem> {
    RoomName::parse_existing(text).map_err(|error| bad_name("room", &error))
}

/// The key of a room, as somebody may type it behind its name; nothing for none.
fn key(text: &str) -> Result<Option<String>, Problem> {
    let key = (!text.is_empty()).then(|| RoomKey::parse(text)).transpose();
    key.map(|key| key.map(Into::into)).map_err(|error| Problem::field("key", error.to_string()))
}

fn room_or_current(text: &str, current: Option<&RoomName>) -> Result<RoomName, Problem> {
    if text.is_empty() { current.cloned().ok_or_else(not_in_a_room) } else { room(text) }
}

fn name(text: &str) -> Result<UserName, Problem> {
    UserName::parse(text).map_err(|error| bad_name("name", &error))
}

/// The first line of a session.
#[must_use]
pub fn welcome_line(welcome: &Welcome) -> String {
    let kind = if welcome.is_guest { " (guest)" } else { "" };
    format!("* Welcome to Parlor, {}{kind}. /help explains the commands.", welcome.user.name)
}

/// An event as a line.
#[must_use]
pub fn event_line(event: &Event) -> String {
    let room = shown_room(&event.room_name);
    let who = &event.author.name;
    match &event.body {
        EventBody::Message(message) => message_line(room, event, message),
        EventBody::Edited { target, text } => format!("* [{room}] {who} changed message {target}: {}", clean(text)),
        EventBody::Deleted { target, .. } => format!("* [{room}] {who} deleted message {target}"),
        EventBody::Reaction { target, emoji, on: true, .. } => {
            format!("* [{room}] {who} put {emoji} on message {target}")
        }
        EventBody::Reaction { target, emoji, on: false, .. } => {
            format!("* [{room}] {who} took {emoji} off message {target}")
        }
        EventBody::Pinned { target, on: true } => format!("* [{room}] {who} pinned message {target}"),
        EventBody::Pinned { target, on: false } => format!("* [{room}] {who} unpinned message {target}"),
        EventBody::Topic { topic } if topic.as_str().is_empty() => format!("* [{room}] {who} removed the topic"),
        EventBody::Topic { topic } => format!("* [{room}] {who} set the topic: {}", clean(topic.as_str())),
        EventBody::Changed { archived: Some(true), .. } => format!("* [{room}] {who} archived the room"),
        EventBody::Changed { archived: Some(false), .. } => format!("* [{room}] {who} opened the room again"),
        EventBody::Changed { .. } => format!("* [{room}] {who} changed the description"),
        EventBody::Role { role, by } => format!("* [{room}] {who} is now {} (by {})", role.as_str(), by.name),
        EventBody::Joined { by: Some(by), .. } => format!("* [{room}] {who} was added by {}", by.name),
        EventBody::Joined { by: None, .. } => format!("* [{room}] {who} joined"),
        EventBody::Left { by: Some(by) } => format!("* [{room}] {who} was removed by {}", by.name),
        EventBody::Left { by: None } => format!("* [{room}] {who} left"),
    }
}

/// A message as a line: whom it answers comes first, and a message that was taken back says so.
fn message_line(room: &str, event: &Event, message: &Message) -> String {
    let who = &event.author.name;
    if message.state.as_ref().is_some_and(|state| state.deleted.is_some()) {
        return format!("[{room}] {who}: (deleted)");
    }
    match &message.quote {
        Some(quote) => format!("[{room}] {who} to {}: {}", quote.author.name, clean(&message.text)),
        None => format!("[{room}] {who}: {}", clean(&message.text)),
    }
}

/// News as lines; typing is not worth one.
#[must_use]
pub fn ephemeral_lines(news: &Ephemeral) -> Option<String> {
    let Ephemeral::Presence { room, changes, .. } = news else { return None };
    let lines: Vec<String> = changes
        .iter()
        .map(|change| {
            let what = match change.status {
                Status::Online => "is here",
                Status::Away => "is away",
                Status::Busy => "is busy",
                Status::Offline => "is gone",
            };
            format!("* [{}] {} {what}{}", shown_room(room), change.user.name, said(&change.line))
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// An answer as lines; a message needs none, it comes back as a line.
#[must_use]
pub fn answer_lines(answer: &Answer) -> Option<String> {
    match answer {
        Answer::Joined(joined) => {
            let topic =
                if joined.topic.as_str().is_empty() { String::new() } else { format!(" Topic: {}", joined.topic) };
            Some(format!("* You are in {} with {} connected.{topic}", shown_room(&joined.room), joined.online))
        }
        Answer::Left { room } => Some(format!("* You no longer listen to {}.", shown_room(room))),
        Answer::Rooms { rooms } if rooms.is_empty() => Some("* There is no room you may see.".to_owned()),
        Answer::Rooms { rooms } => Some(rooms.iter().map(room_line).collect::<Vec<_>>().join("\n")),
        Answer::Members(members) => {
            let names: Vec<String> = members.members.iter().map(member_word).collect();
            Some(format!("* In {}: {}", shown_room(&members.room), names.join(", ")))
        }
        Answer::Found(found) => Some(found.events.iter().map(|event| event_line(event)).collect::<Vec<_>>().join("\n")),
        Answer::Renamed { name } => Some(format!("* You are now {name}.")),
        Answer::History(page) => Some(page.events.iter().map(|event| event_line(event)).collect::<Vec<_>>().join("\n")),
        Answer::Pong => Some("* pong".to_owned()),
        Answer::Sent(_)
        | Answer::Room { .. }
        | Answer::Look(_)
        | Answer::Versions(_)
        | Answer::Readers(_)
        | Answer::Why(_)
        | Answer::Place { .. }
        | Answer::Inside(_)
        | Answer::People(_)
        | Answer::WereHere(_)
        | Answer::Done => None,
    }
}

/// A refusal as a line.
#[must_use]
pub fn problem_line(problem: &Problem) -> String {
    format!("! {}", clean(&problem.message))
}

/// News for one session as a line.
#[must_use]
pub fn notice_line(notice: &Notice) -> Option<String> {
    match notice {
        Notice::Read { .. } | Notice::Level { .. } => None,
        Notice::Resync { room, .. } => {
            Some(format!("* Some lines of {0} were left out; type /join {0}", shown_room(room)))
        }
        Notice::Gone { room } => Some(format!("* {} was deleted by those who run this server.", shown_room(room))),
        Notice::Bye { reason, .. } => Some(format!("* Bye: {reason}.")),
    }
}

fn room_line(room: &RoomEntry) -> String {
    let mark = if room.member { "" } else { ", not joined" };
    let unread = if room.unread > 0 { format!(", {} unread", room.unread) } else { String::new() };
    match room.kind {
        RoomKind::Direct => format!("* {} (direct{unread})", room.title),
        kind => format!("* {} ({kind}, {} connected{unread}{mark}) {}", room.room, room.online, room.topic)
            .trim_end()
            .to_owned(),
    }
}

fn member_word(member: &MemberEntry) -> String {
    let role = match member.role {
        None => " (guest)",
        Some(crate::domain::membership::Role::Owner) => " (owner)",
        Some(crate::domain::membership::Role::Moderator) => " (moderator)",
        Some(crate::domain::membership::Role::Member) => "",
    };
    let away = match member.status {
        Status::Offline => ", not here",
        Status::Away => ", away",
        Status::Busy => ", busy",
        Status::Online => "",
    };
    format!("{}{role}{away}{}", member.name, said(&member.line))
}

/// What somebody says of themselves, behind their name.
fn said(line: &ShownLine) -> String {
    let said = line.as_one();
    if said.is_empty() { said } else { format!(" ({})", clean(&said)) }
}

/// Direct rooms carry a made name that says nothing to people.
fn shown_room(room: &RoomName) -> &str {
    if room.as_str().starts_with(DIRECT_PREFIX) { "direct" } else { room.as_str() }
}

/// Without control characters; further lines are set in by two spaces, so that they cannot pass for lines of their own.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\n  "),
            '\t' => out.push('\t'),
            c if c.is_control()
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lobby() -> RoomName {
        RoomName::trusted("lobby".into())
    }

    fn sent(line: &str) -> String {
        match parse(line, Some(&lobby())) {
            Ok(Line::Command(Command::Send { text, .. })) => text.into_string(),
            other => panic!("{line:?} gave {other:?}"),
        }
    }

    #[test]
    fn a_line_is_a_message_and_two_slashes_are_one() {
        assert_eq!(sent("hello\r\n"), "hello");
        assert_eq!(sent("//join us"), "/join us");
        assert_eq!(sent("/me waves"), "*waves*");
    }

    #[test]
    fn each_command_is_read() {
        let at = Some(lobby());
        let command = |line: &str| match parse(line, at.as_ref()) {
            Ok(Line::Command(command)) => command,
            other => panic!("{line:?} gave {other:?}"),
        };
        assert_eq!(
            command("/join #Dev"),
            Command::Join { room: RoomName::trusted("dev".into()), after: None, create: false, key: None }
        );
        for (line, create, key) in [("/join dev create", true, "create"), ("/join dev sesame", false, "sesame")] {
            let (room, key) = (RoomName::trusted("dev".into()), Some(key.to_owned()));
            assert_eq!(command(line), Command::Join { room, after: None, create, key });
        }
        assert_eq!(command("/leave"), Command::Leave { room: lobby() });
        assert_eq!(command("/who"), Command::Members { room: lobby() });
        assert_eq!(command("/rooms"), Command::Rooms);
        assert_eq!(command("/nick bob"), Command::Nick { name: UserName::trusted("bob".into()) });
        assert_eq!(command("/busy"), Command::Presence { status: Status::Busy, auto: false });
        for line in ["/status :palm_tree: on holiday", "/status 🌴 on  holiday"] {
            let Command::Status { line } = command(line) else { panic!("{line}") };
            assert_eq!((line.emoji.map(Emoji::as_str), line.text.as_str()), (Some("🌴"), "on holiday"));
        }
        assert_eq!(command("/status"), Command::Status { line: StatusLine::default() });
        assert!(matches!(command("/status out :tea:"), Command::Status { line } if line.emoji.is_none()));
        assert!(
            matches!(parse("/msg bob hi there", None), Ok(Line::Message { to, text }) if to.as_str() == "bob" && text.as_str() == "hi there")
        );
        assert_eq!(parse("/help", None), Ok(Line::Help));
        assert_eq!(parse("/QUIT", None), Ok(Line::Quit));
        assert_eq!(parse("  ", None), Ok(Line::Nothing));
    }

    #[test]
    fn mistakes_are_told() {
        assert!(parse("hello", None).is_err_and(|p| p.message.contains("/join")));
        assert!(parse("/dance", None).is_err_and(|p| p.message.contains("/help")));
        assert!(parse("/join", None).is_err_and(|p| p.field == Some("room")));
        assert!(parse("/join dev no key", None).is_err_and(|p| p.field == Some("key")));
        assert!(parse("/msg bob", None).is_err_and(|p| p.field == Some("text")));
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in "\\PC{0,80}") {
            let _ = parse(&line, None);
        }
    }
}
