//! How far was read: `MARKREAD` (IRCv3 "read-marker"). A marker is the read cursor that all doors share.

use std::rc::Rc;

use super::super::session::Session;
use super::history::{room_of, seq_at};
use crate::domain::clock::Timestamp;
use crate::domain::ids::Seq;
use crate::domain::name::{RoomName, UserName};
use crate::protocol::answer::Answer;
use crate::protocol::command::{Command, Page};
use crate::protocol::irc::line::{Line, Reply};
use crate::protocol::irc::news;

/// Most marks that one client sets.
const MARKS: usize = 200;

/// Tells how far was read.
fn say_marker(session: &Session, target: &str, at: Option<Timestamp>) {
    session.send(marker(session, target, at));
}

fn marker(session: &Session, target: &str, at: Option<Timestamp>) -> Reply {
    let mark = at.map_or_else(|| "*".to_owned(), |at| format!("timestamp={at}"));
    Reply::new(session.state.name(), "MARKREAD", &[target, &mark])
}

/// Tells how far was read, as it is known when somebody comes in.
pub async fn say_known_marker(session: &Rc<Session>, room: &RoomName, target: &str, read: Option<Seq>) {
    let own = own_mark(session, target);
    let at = match (own, read.filter(|seq| *seq > 0)) {
        (Some(at), _) => Some(at),
        (None, Some(seq)) => time_of(session, room, seq).await,
        (None, None) => None,
    };
    say_marker(session, target, at);
}

/// When the event of this number was.
async fn time_of(session: &Session, room: &RoomName, seq: Seq) -> Option<Timestamp> {
    let page = Page { before: Some(seq + 1), after: None, limit: 1 };
    let ask = Command::History { room: room.clone(), page, only: None };
    match session.hall.chat.ask(session.person()?, ask).await {
        Ok(Answer::History(found)) => found.events.last().map(|event| event.at),
        _ => None,
    }
}

/// Another door has read up to here.
pub fn tell_marker(session: &Session, room: RoomName, seq: Seq) {
    let Some(session) = session.own() else { return };
    actix::spawn(async move {
        let target = {
            let me = session.me.borrow();
            let direct = me.as_ref().and_then(|me| me.direct.iter().find(|(own, _)| *own == room).cloned());
            direct.map_or_else(|| news::channel(&room), |(_, other)| other.to_string())
        };
        if let Some(at) = time_of(&session, &room, seq).await {
            session.tell(marker(&session, &target, Some(at)));
        }
    });
}

pub async fn markread(session: &Rc<Session>, line: Line) {
    let Some(target) = line.param(0).map(str::to_owned).filter(|target| !target.is_empty()) else {
        return session.fail("MARKREAD", "NEED_MORE_PARAMS", &[], "Say where");
    };
    let is_channel = target.starts_with('#');
    let Some(room) = room_of(session, &target) else {
        if line.param(1).is_none() || !is_channel && UserName::parse(&target).is_ok() {
            return of_nobody(session, &target, line.param(1));
        }
        return session.fail("MARKREAD", "INVALID_PARAMS", &[&target], "You are not there");
    };
    if let Some(mark) = line.param(1) {
        let Some(time) = mark_of(mark) else {
            return session.fail("MARKREAD", "INVALID_PARAMS", &[&target], "A place is timestamp=...");
        };
        if let Some(next) = seq_at(session, &room, Timestamp(time.0 + 1)).await
            && next > 1
        {
            let _ = session.ask(Command::Read { room: room.clone(), seq: next - 1 }).await;
        }
        set_mark(session, &target, time);
    }
    say_known_marker(session, &room, &target, None).await;
}

fn mark_of(text: &str) -> Option<Timestamp> {
    text.strip_prefix("timestamp=").and_then(Timestamp::parse)
}

fn own_mark(session: &Session, target: &str) -> Option<Timestamp> {
    let key = target.to_lowercase();
    session.marks.borrow().iter().find(|(own, _)| *own == key).map(|(_, at)| *at)
}

/// A mark moves up only.
fn set_mark(session: &Session, target: &str, time: Timestamp) {
    let key = target.to_lowercase();
    let mut marks = session.marks.borrow_mut();
    if let Some((_, at)) = marks.iter_mut().find(|(own, _)| *own == key) {
        *at = time.max(*at);
    } else if marks.len() < MARKS {
        marks.push((key, time));
    }
}

/// A conversation that has not begun: the mark is this client's own.
fn of_nobody(session: &Session, target: &str, mark: Option<&str>) {
    if let Some(time) = mark.and_then(mark_of) {
        set_mark(session, target, time);
    }
    say_marker(session, target, own_mark(session, target));
}
