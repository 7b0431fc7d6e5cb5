//! What was said before: `CHATHISTORY` (IRCv3 "chathistory"). It is read from the log; what was said in private to or by a
//! guest, or to oneself, is in none, and is read from what this connection remembers.

use std::rc::Rc;

use super::super::session::Session;
use super::super::telling::{passing_lines, target_of};
use super::super::views::channel_of;
use super::super::whispers::{Place, Span};
use crate::domain::clock::Timestamp;
use crate::domain::event::{EventBody, SharedEvent};
use crate::domain::ids::Seq;
use crate::domain::name::{RoomName, UserName};
use crate::protocol::answer::{Answer, History};
use crate::protocol::command::{Command, Only, Page, Question};
use crate::protocol::irc::cap::Caps;
use crate::protocol::irc::line::{Line, Reply};
use crate::protocol::irc::news::Speaker;
use crate::protocol::irc::{msgid, news};

/// Most messages of one answer; ISUPPORT says so.
pub const MOST: usize = 100;

/// A place in a log, as a client names it.
enum Point {
    /// The event of this number.
    Event(Seq),
    /// This moment.
    Time(Timestamp),
    /// The beginning, or the end.
    Open,
}

pub async fn chathistory(session: &Rc<Session>, line: Line) {
    let sub = line.params[0].to_ascii_uppercase();
    let needed = match sub.as_str() {
        "LATEST" | "BEFORE" | "AFTER" | "AROUND" | "TARGETS" => 4,
        "BETWEEN" => 5,
        _ => {
            return session.fail("CHATHISTORY", "INVALID_PARAMS", &[&line.params[0]], "There is no such question");
        }
    };
    if line.params.len() < needed {
        return session.fail("CHATHISTORY", "INVALID_PARAMS", &[&sub], "Something is missing");
    }
    let Some(limit) = line.params[needed - 1].parse::<usize>().ok().filter(|limit| *limit > 0) else {
        return session.fail("CHATHISTORY", "INVALID_PARAMS", &[&sub], "Say how many: a whole number above zero");
    };
    let limit = limit.min(MOST);
    if sub == "TARGETS" {
        return targets(session, &line, limit).await;
    }
    let target = line.params[1].clone();
    let Some(room) = room_of(session, &target) else {
        let Some(other) = UserName::parse(&target).ok().filter(|_| !target.starts_with('#')) else {
            let why = "There is nothing to read here for you";
            return session.fail("CHATHISTORY", "INVALID_TARGET", &[&sub, &target], why);
        };
        return match span_of(&line, &sub) {
            Some(span) => say_whispers(session, &target, &other, &span, limit),
            None => bad_point(session, &sub),
        };
    };
    let point = |at: usize| point_of(&line.params[at], &room, sub == "LATEST");
    let Some(first) = point(2) else { return bad_point(session, &sub) };
    let found = match sub.as_str() {
        "LATEST" => latest(session, &room, &first, limit).await,
        "BEFORE" => before(session, &room, &first, limit).await,
        "AFTER" => after(session, &room, &first, limit).await,
        "AROUND" => around(session, &room, &first, limit).await,
        _ => {
            let Some(second) = point(3) else { return bad_point(session, &sub) };
            between(session, &room, (&first, &second), limit).await
        }
    };
    match found {
        Some(events) => say(session, &target, &events),
        None => session.fail("CHATHISTORY", "MESSAGE_ERROR", &[&sub, &target], "It could not be read; try again"),
    }
}

fn bad_point(session: &Session, sub: &str) {
    session.fail("CHATHISTORY", "INVALID_PARAMS", &[sub], "A place is msgid=..., timestamp=..., or * for the latest");
}

/// The room of a target: a channel the client is in, or the conversation with somebody.
pub fn room_of(session: &Session, target: &str) -> Option<RoomName> {
    if target.starts_with('#') {
        return channel_of(target).filter(|room| session.is_in(room));
    }
    let other = UserName::parse(target).ok()?;
    let me = session.me.borrow();
    me.as_ref()?.direct.iter().find(|(_, own)| own.key() == other.key()).map(|(room, _)| room.clone())
}

fn point_of(text: &str, room: &RoomName, may_be_open: bool) -> Option<Point> {
    if text == "*" {
        return may_be_open.then_some(Point::Open);
    }
    match text.split_once('=')? {
        ("msgid", id) => msgid::parse(id).filter(|(own, _)| own == room).map(|(_, seq)| Point::Event(seq)),
        ("timestamp", time) => Timestamp::parse(time).map(Point::Time),
        _ => None,
    }
}

/// The part of a conversation that no log holds.
fn span_of(line: &Line, sub: &str) -> Option<Span> {
    let place = |at: usize| {
        let text = line.params[at].as_str();
        if text == "*" {
            return (sub == "LATEST").then_some(Place::Open);
        }
        match text.split_once('=')? {
            ("msgid", id) => Some(Place::Id(id.to_owned())),
            ("timestamp", time) => Timestamp::parse(time).map(Place::Time),
            _ => None,
        }
    };
    Some(match sub {
        "LATEST" => Span::Latest(place(2)?),
        "BEFORE" => Span::Before(place(2)?),
        "AFTER" => Span::After(place(2)?),
        "AROUND" => Span::Around(place(2)?),
        _ => Span::Between(place(2)?, place(3)?),
    })
}

/// What was said in private as this connection remembers it.
fn say_whispers(session: &Session, target: &str, other: &UserName, span: &Span, limit: usize) {
    let page = session.whispers.borrow().page(other, span, limit);
    let lines = page.iter().flat_map(|whisper| {
        let to = whisper.passing.to.as_ref().map_or(target, UserName::as_str);
        passing_lines(session, &whisper.who, to, &whisper.passing)
    });
    say_lines(session, target, lines.collect());
}

/// A page of messages; of all that is shown, where the client wants that.
async fn page(session: &Rc<Session>, room: &RoomName, page: Page) -> Option<Vec<SharedEvent>> {
    let only = if session.has(Caps::EVENT_PLAYBACK) { Only::Shown } else { Only::Messages };
    let command = Command::History { room: room.clone(), page, only: Some(only) };
    match session.ask(command).await {
        Ok(Answer::History(History { events, reset: false, .. })) => Some(events.into_iter().filter(is_told).collect()),
        // Beyond the end there is nothing.
        Ok(_) => Some(Vec::new()),
        Err(_) => None,
    }
}

/// What IRC has words for.
fn is_told(event: &SharedEvent) -> bool {
    match &event.body {
        EventBody::Message(message) => message.state.as_ref().is_none_or(|state| state.deleted.is_none()),
        EventBody::Topic { .. } => true,
        _ => false,
    }
}

/// The number of the first event that is not before this moment.
pub async fn seq_at(session: &Rc<Session>, room: &RoomName, time: Timestamp) -> Option<Seq> {
    let question = Question::Since { time };
    match session.ask(Command::Ask { room: room.clone(), question }).await {
        Ok(Answer::Place { seq }) => Some(seq),
        _ => None,
    }
}

/// The first event that is not before a place.
async fn floor(session: &Rc<Session>, room: &RoomName, point: &Point) -> Option<Seq> {
    match point {
        Point::Event(seq) => Some(*seq),
        Point::Time(time) => seq_at(session, room, *time).await,
        Point::Open => Some(Seq::MAX),
    }
}

/// The first event behind a place.
async fn beyond(session: &Rc<Session>, room: &RoomName, point: &Point) -> Option<Seq> {
    match point {
        Point::Event(seq) => Some(seq + 1),
        Point::Time(time) => seq_at(session, room, Timestamp(time.0 + 1)).await,
        Point::Open => Some(1),
    }
}

async fn older(session: &Rc<Session>, room: &RoomName, before: Option<Seq>, limit: usize) -> Option<Vec<SharedEvent>> {
    page(session, room, Page { before, after: None, limit }).await
}

async fn newer(session: &Rc<Session>, room: &RoomName, from: Seq, limit: usize) -> Option<Vec<SharedEvent>> {
    page(session, room, Page { before: None, after: Some(from.saturating_sub(1)), limit }).await
}

async fn latest(session: &Rc<Session>, room: &RoomName, point: &Point, limit: usize) -> Option<Vec<SharedEvent>> {
    let from = beyond(session, room, point).await?;
    let found = older(session, room, None, limit).await?;
    Some(found.into_iter().filter(|event| event.seq >= from).collect())
}

async fn before(session: &Rc<Session>, room: &RoomName, point: &Point, limit: usize) -> Option<Vec<SharedEvent>> {
    let end = floor(session, room, point).await?;
    older(session, room, Some(end), limit).await
}

async fn after(session: &Rc<Session>, room: &RoomName, point: &Point, limit: usize) -> Option<Vec<SharedEvent>> {
    let from = beyond(session, room, point).await?;
    newer(session, room, from, limit).await
}

async fn around(session: &Rc<Session>, room: &RoomName, point: &Point, limit: usize) -> Option<Vec<SharedEvent>> {
    let middle = floor(session, room, point).await?;
    let mut found = older(session, room, Some(middle), limit / 2).await.filter(|_| limit > 1).unwrap_or_default();
    let rest = limit - found.len().min(limit / 2);
    found.extend(newer(session, room, middle, rest.max(1)).await?);
    found.truncate(limit);
    Some(found)
}

async fn between(
    session: &Rc<Session>,
    room: &RoomName,
    (first, second): (&Point, &Point),
    limit: usize,
) -> Option<Vec<SharedEvent>> {
    let (one, other) = (floor(session, room, first).await?, floor(session, room, second).await?);
    if one <= other {
        let found = newer(session, room, beyond(session, room, first).await?, limit).await?;
        return Some(found.into_iter().filter(|event| event.seq < other).collect());
    }
    // Backwards: the last ones before the first place.
    let from = beyond(session, room, second).await?;
    let found = older(session, room, Some(one), limit).await?;
    Some(found.into_iter().filter(|event| event.seq >= from).collect())
}

fn say(session: &Session, target: &str, events: &[SharedEvent]) {
    let Some(person) = session.person() else { return };
    let dialect = session.caps.get().dialect();
    let lines = events.iter().flat_map(|event| {
        let to = target_of(session, event, person.id == event.author.id, &person.name);
        news::event_to(event, &to, dialect, Speaker::default())
    });
    say_lines(session, target, lines.collect());
}

/// What was said before, in one piece.
fn say_lines(session: &Session, target: &str, lines: Vec<Reply>) {
    let name = format!("h{}", session.state.next());
    let server = session.state.name().to_owned();
    let is_batched = session.has(Caps::BATCH);
    if is_batched {
        session.send(Reply::new(&server, "BATCH", &[&format!("+{name}"), "chathistory", target]));
    }
    for line in lines {
        let is_inner = line.tags.iter().any(|(key, _)| *key == "batch");
        session.send(if is_batched && !is_inner { line.tagged("batch", name.as_str()) } else { line });
    }
    if is_batched {
        session.send(Reply::new(&server, "BATCH", &[&format!("-{name}")]));
    }
}

/// The conversations with something new between two moments.
async fn targets(session: &Rc<Session>, line: &Line, limit: usize) {
    let moment = |text: &str| text.strip_prefix("timestamp=").and_then(Timestamp::parse);
    let (Some(one), Some(other)) = (moment(&line.params[1]), moment(&line.params[2])) else {
        return session.fail("CHATHISTORY", "INVALID_PARAMS", &["TARGETS"], "Say between which moments: timestamp=...");
    };
    let (from, to) = (one.min(other), one.max(other));
    let known = {
        let me = session.me.borrow();
        let Some(me) = me.as_ref() else { return };
        let channels = me.channels.iter().map(|room| (room.clone(), news::channel(room)));
        let direct = me.direct.iter().map(|(room, other)| (room.clone(), other.to_string()));
        channels.chain(direct).collect::<Vec<_>>()
    };
    let mut found: Vec<(Timestamp, String)> = Vec::new();
    for (room, target) in known {
        if let Some(last) = older(session, &room, None, 1).await.and_then(|events| events.last().map(|event| event.at))
            && from < last
            && last < to
        {
            found.push((last, target));
        }
    }
    let whispered = session.whispers.borrow().others().into_iter();
    found.extend(whispered.map(|(other, at)| (at, other)).filter(|(at, _)| from < *at && *at < to));
    found.sort();
    found.truncate(limit);
    let (name, server) = (format!("h{}", session.state.next()), session.state.name().to_owned());
    session.send(Reply::new(&server, "BATCH", &[&format!("+{name}"), "draft/chathistory-targets"]));
    for (at, target) in found {
        let reply = Reply::new(&server, "CHATHISTORY", &["TARGETS", &target, &at.to_string()]);
        session.send(reply.tagged("batch", name.as_str()));
    }
    session.send(Reply::new(&server, "BATCH", &[&format!("-{name}")]));
}
