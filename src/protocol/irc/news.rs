//! What happens in rooms, as lines: written once for each kind of client, and then shared. What is told to some and not
//! to others, their own messages and direct rooms above all, the session writes itself with the same functions.

use super::cap::Dialect;
use super::line::{BODY_BYTES, Reply};
use super::{msgid, split, style};
use crate::domain::clock::Timestamp;
use crate::domain::event::{Event, EventBody, Message};
use crate::domain::ids::Seq;
use crate::domain::mask::host_of;
use crate::domain::name::{DIRECT_PREFIX, RoomName};
use crate::domain::person::Author;
use crate::protocol::server_frame::Ephemeral;

/// Room that has to be left in a line for who says it, to whom, and the marks around.
const AROUND: usize = 24;

/// What is known of whoever says something.
#[derive(Debug, Clone, Copy, Default)]
pub struct Speaker<'a> {
    /// Their account; `None` for a guest.
    pub account: Option<&'a str>,
    /// They are a program.
    pub is_bot: bool,
}

/// Who says something, as lines begin: `ann!ann@7f….parlor`.
#[must_use]
pub fn source(who: &Author) -> String {
    format!("{0}!{0}@{1}", who.name, host_of(who.id))
}

/// A channel's name.
#[must_use]
pub fn channel(room: &RoomName) -> String {
    format!("#{room}")
}

/// True for a room that is no channel but a conversation.
#[must_use]
pub fn is_direct(room: &RoomName) -> bool {
    room.as_str().starts_with(DIRECT_PREFIX)
}

/// What an event is to IRC.
#[must_use]
pub fn event(event: &Event, dialect: Dialect, speaker: Speaker<'_>) -> Vec<Reply> {
    event_to(event, &channel(&event.room_name), dialect, speaker)
}

/// The same for one reader: `target` is what they know the room as.
#[must_use]
pub fn event_to(event: &Event, target: &str, dialect: Dialect, speaker: Speaker<'_>) -> Vec<Reply> {
    let source = source(&event.author);
    let id = msgid::of(&event.room_name, event.seq);
    let dress = |reply: Reply, id: Option<&str>| dressed(reply, dialect, id, event.at, speaker);
    match &event.body {
        EventBody::Message(message) => said(event, message, target, dialect, speaker),
        EventBody::Edited { target: edited, text } if !text.is_empty() => {
            let room = most(&source, target);
            let text = format!("(edited) {}", style::to_irc(text));
            let lines = split::lines(&text, room).into_iter().map(|line| {
                let reply = Reply::new(&source, "PRIVMSG", &[target, line]);
                dress(answering(reply, dialect, event, Some(*edited)), Some(&id))
            });
            lines.collect()
        }
        EventBody::Deleted { target: deleted, .. } if dialect.redact => {
            let deleted = msgid::of(&event.room_name, *deleted);
            vec![dress(Reply::new(&source, "REDACT", &[target, &deleted]), None)]
        }
        EventBody::Reaction { target: liked, emoji, on, .. } if dialect.tags => {
            let key = if *on { "+draft/react" } else { "+draft/unreact" };
            let reply = Reply::new(&source, "TAGMSG", &[target]).tagged(key, emoji.as_str());
            vec![dress(answering(reply, dialect, event, Some(*liked)), Some(&id))]
        }
        EventBody::Topic { topic } => {
            vec![dress(Reply::new(&source, "TOPIC", &[target, topic.as_str()]), Some(&id))]
        }
        // Who is there is told as they come and go; the rest has no word in IRC.
        _ => Vec::new(),
    }
}

fn said(event: &Event, message: &Message, target: &str, dialect: Dialect, speaker: Speaker<'_>) -> Vec<Reply> {
    let source = source(&event.author);
    if message.state.as_ref().is_some_and(|state| state.deleted.is_some()) {
        return Vec::new();
    }
    let id = msgid::of(&event.room_name, event.seq);
    let privmsg = |line: &str| Reply::new(&source, "PRIVMSG", &[target, line]);
    if let Some(action) = style::action(&message.text) {
        let mut line = format!("\u{1}ACTION {action}");
        super::line::cut(&mut line, most(&source, target));
        line.push('\u{1}');
        let reply = answering(privmsg(&line), dialect, event, message.reply_to);
        return vec![dressed(reply, dialect, Some(&id), event.at, speaker)];
    }
    let text = style::to_irc(&message.text);
    let lines = split::lines(&text, most(&source, target));
    if lines.len() > 1 && dialect.multiline {
        return batch(event, message, (&source, target), dialect, speaker, &text);
    }
    let first = |at: usize| (at == 0).then_some(id.as_str());
    let dress = |(at, line): (usize, &str)| {
        let reply = answering(privmsg(line), dialect, event, message.reply_to);
        dressed(reply, dialect, first(at), event.at, speaker)
    };
    lines.into_iter().enumerate().map(dress).collect()
}

/// A message of several lines in one piece (IRCv3 "multiline").
fn batch(
    event: &Event,
    message: &Message,
    (source, target): (&str, &str),
    dialect: Dialect,
    speaker: Speaker<'_>,
    text: &str,
) -> Vec<Reply> {
    let id = msgid::of(&event.room_name, event.seq);
    let name = format!("m{}", event.seq);
    let begin = Reply::new(source, "BATCH", &[&format!("+{name}"), "draft/multiline", target]);
    let begin = dressed(answering(begin, dialect, event, message.reply_to), dialect, Some(&id), event.at, speaker);
    let mut lines = vec![begin];
    for line in text.lines() {
        let pieces = split::lines(line, most(source, target));
        // An empty line is a line here.
        let pieces = if pieces.is_empty() { vec![""] } else { pieces };
        for (at, piece) in pieces.into_iter().enumerate() {
            let reply = Reply::new(source, "PRIVMSG", &[target, piece]).tagged("batch", name.as_str());
            lines.push(if at == 0 { reply } else { reply.tagged("draft/multiline-concat", "") });
        }
    }
    lines.push(Reply::new(source, "BATCH", &[&format!("-{name}")]));
    lines
}

/// How many bytes of text fit into a line from somebody to somewhere.
#[must_use]
pub fn most(source: &str, target: &str) -> usize {
    BODY_BYTES.saturating_sub(source.len() + target.len() + AROUND).max(100)
}

fn answering(reply: Reply, dialect: Dialect, event: &Event, to: Option<Seq>) -> Reply {
    match to {
        Some(seq) if dialect.tags => reply.tagged("+draft/reply", msgid::of(&event.room_name, seq)),
        _ => reply,
    }
}

/// With the tags that the client can read.
#[must_use]
pub fn dressed(mut reply: Reply, dialect: Dialect, id: Option<&str>, at: Timestamp, speaker: Speaker<'_>) -> Reply {
    if let Some(id) = id.filter(|_| dialect.tags) {
        reply.tags.insert(0, ("msgid", id.to_owned()));
    }
    if dialect.time {
        reply.tags.insert(0, ("time", at.to_string()));
    }
    if let Some(account) = speaker.account.filter(|_| dialect.account) {
        reply.tags.push(("account", account.to_owned()));
    }
    if speaker.is_bot && dialect.tags {
        reply.tags.push(("bot", String::new()));
    }
    reply
}

/// News that nobody stores.
#[must_use]
pub fn ephemeral(news: &Ephemeral, dialect: Dialect) -> Option<Reply> {
    match news {
        Ephemeral::Typing { room, user } if dialect.tags => {
            Some(Reply::new(&source(user), "TAGMSG", &[&channel(room)]).tagged("+typing", "active"))
        }
        Ephemeral::Typing { .. } | Ephemeral::Presence { .. } => None,
    }
}

/// Lines in one piece of bytes; nothing for none.
#[must_use]
pub fn written(lines: &[Reply]) -> Option<String> {
    let mut out = String::new();
    for line in lines {
        line.write(&mut out);
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{RoomId, UserId};
    use crate::domain::name::UserName;
    use uuid::Uuid;

    const PLAIN: Dialect = Dialect { tags: false, time: false, account: false, redact: false, multiline: false };
    const RICH: Dialect = Dialect { tags: true, time: true, account: true, redact: true, multiline: true };

    fn made(body: EventBody) -> Event {
        Event {
            room: RoomId(1),
            room_name: RoomName::trusted("lobby".into()),
            seq: 3,
            n: 1,
            author: Author { id: UserId(Uuid::nil()), name: UserName::trusted("ann".into()) },
            at: Timestamp(0),
            body,
        }
    }

    fn lines(body: EventBody, dialect: Dialect) -> String {
        written(&event(&made(body), dialect, Speaker { account: Some("ann"), is_bot: false })).unwrap_or_default()
    }

    const ANN: &str = ":ann!ann@000000000000.parlor";

    #[test]
    fn a_message_is_written_for_each_kind_of_client() {
        let hello = || EventBody::message("**hello**");
        assert_eq!(lines(hello(), PLAIN), format!("{ANN} PRIVMSG #lobby :\u{2}hello\u{2}\r\n"));
        assert_eq!(
            lines(hello(), RICH),
            format!(
                "@time=1970-01-01T00:00:00.000Z;msgid=lobby/3;account=ann {ANN} PRIVMSG #lobby :\u{2}hello\u{2}\r\n"
            )
        );
        assert_eq!(
            lines(EventBody::message("*waves*"), PLAIN),
            format!("{ANN} PRIVMSG #lobby :\u{1}ACTION waves\u{1}\r\n")
        );
    }

    #[test]
    fn several_lines_are_several_messages_or_one_batch() {
        let two = || EventBody::message("one\n\ntwo");
        assert_eq!(lines(two(), PLAIN), format!("{ANN} PRIVMSG #lobby :one\r\n{ANN} PRIVMSG #lobby :two\r\n"));
        let rich = lines(two(), Dialect { multiline: true, tags: true, ..PLAIN });
        assert_eq!(
            rich,
            format!(
                "@msgid=lobby/3 {ANN} BATCH +m3 draft/multiline #lobby\r\n@batch=m3 {ANN} PRIVMSG #lobby :one\r\n\
                 @batch=m3 {ANN} PRIVMSG #lobby :\r\n@batch=m3 {ANN} PRIVMSG #lobby :two\r\n{ANN} BATCH -m3\r\n"
            )
        );
    }

    #[test]
    fn what_becomes_of_messages_is_told_to_those_who_can_read_it() {
        let deleted = || EventBody::Deleted { target: 2, moderator: false };
        assert_eq!(lines(deleted(), PLAIN), "");
        assert!(lines(deleted(), RICH).ends_with("REDACT #lobby lobby/2\r\n"));
        let liked = || EventBody::Reaction { target: 2, emoji: "👍".into(), on: true, count: 1 };
        assert_eq!(lines(liked(), PLAIN), "");
        assert!(lines(liked(), RICH).contains("+draft/react=👍;+draft/reply=lobby/2"));
        let edited = || EventBody::Edited { target: 2, text: "new".into() };
        assert!(lines(edited(), RICH).contains("+draft/reply=lobby/2"));
        assert_eq!(lines(edited(), PLAIN), format!("{ANN} PRIVMSG #lobby :(edited) new\r\n"));
    }

    #[test]
    fn no_line_is_too_long() {
        let long = EventBody::message("word ".repeat(3000).trim_end());
        let written = lines(long, PLAIN);
        assert!(written.split("\r\n").all(|line| line.len() <= BODY_BYTES - 2));
        assert_eq!(written.matches("word").count(), 3000);
    }
}
