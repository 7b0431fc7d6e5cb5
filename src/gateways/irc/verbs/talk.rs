//! What people say: `PRIVMSG`, `NOTICE`, `TAGMSG`, and taking it back: `REDACT`. A message to a channel, or between two
//! accounts, is one like from any other door, and stored. Notices, and what is said to guests or by them in private, is
//! told to those who are there.

use std::rc::Rc;
use std::sync::Arc;

use super::super::session::{Mine, Session};
use super::super::telling::{passing_lines, remember};
use super::super::views::{action_of, channel_of, is_ctcp, refused};
use super::channels::find;
use crate::domain::emoji::Emoji;
use crate::domain::ids::Seq;
use crate::domain::name::{RoomName, UserName};
use crate::domain::text::MessageText;
use crate::protocol::answer::{Answer, Sent};
use crate::protocol::command::Command;
use crate::protocol::crowd::{CrowdAct, Passing, PassingKind, PeopleAct, Seen};
use crate::protocol::error_code::{ErrorCode, Problem, Saying};
use crate::protocol::irc::cap::Caps;
use crate::protocol::irc::line::Line;
use crate::protocol::irc::{msgid, numeric, style};

/// Most targets of one line; ISUPPORT says so.
pub const TARGETS: usize = 4;

/// Where something is said.
enum Target {
    /// In a channel; only to those with this mark or a higher one.
    Channel(RoomName, Option<char>),
    /// To somebody.
    Person(String),
}

pub async fn talk(session: &Rc<Session>, line: Line) {
    let kind = match line.command.as_str() {
        "NOTICE" => PassingKind::Notice,
        "TAGMSG" => PassingKind::Tags,
        _ => PassingKind::Line,
    };
    if kind == PassingKind::Tags && !session.has(Caps::MESSAGE_TAGS) {
        return session.numeric(numeric::ERR_UNKNOWNCOMMAND, &["TAGMSG"]);
    }
    let Some(targets) = line.param(0).filter(|targets| !targets.is_empty()) else {
        return session.numeric_saying(numeric::ERR_NORECIPIENT, &[], "No recipient given");
    };
    let text = line.param(1).unwrap_or_default();
    if kind != PassingKind::Tags && text.is_empty() {
        return session.numeric(numeric::ERR_NOTEXTTOSEND, &[]);
    }
    let lines = if kind == PassingKind::Tags { Vec::new() } else { vec![text.to_owned()] };
    for target in targets.split(',').take(TARGETS) {
        say(session, &line, kind, target, &lines).await;
    }
}

/// Says something somewhere.
pub async fn say(session: &Rc<Session>, line: &Line, kind: PassingKind, target: &str, lines: &[String]) {
    match target_of(target) {
        Some(Target::Channel(room, only)) => in_channel(session, line, kind, (room, only), lines).await,
        Some(Target::Person(name)) => to_person(session, line, kind, &name, lines).await,
        None => session.numeric(numeric::ERR_NOSUCHCHANNEL, &[target]),
    }
}

fn target_of(target: &str) -> Option<Target> {
    let bare = target.trim_start_matches(['~', '@', '+']);
    if bare.starts_with('#') {
        let only = target.chars().next().filter(|c| *c != '#');
        return Some(Target::Channel(channel_of(bare)?, only));
    }
    Some(Target::Person(target.to_owned()))
}

async fn in_channel(
    session: &Rc<Session>,
    line: &Line,
    kind: PassingKind,
    (room, only): (RoomName, Option<char>),
    lines: &[String],
) {
    let channel = crate::protocol::irc::news::channel(&room);
    if !session.is_in(&room) {
        if kind == PassingKind::Notice {
            // A notice is never answered with an error (RFC 2812, section 3.3.2).
            return;
        }
        return match session.ask(Command::Crowd { room: room.clone(), act: CrowdAct::Inside }).await {
            Ok(_) => session.numeric(numeric::ERR_CANNOTSENDTOCHAN, &[&channel]),
            Err(problem) => refused(session, &channel, &problem),
        };
    }
    let is_plain = kind == PassingKind::Line && only.is_none() && !is_ctcp(lines);
    if is_plain {
        return store(session, line, &room, &channel, lines).await;
    }
    if kind == PassingKind::Tags && special(session, line, &room).await {
        return;
    }
    let passing = Passing { only, ..passing(session, line, kind, None, lines) };
    match session.ask(Command::Crowd { room, act: CrowdAct::Pass(passing.clone()) }).await {
        Ok(_) => echo(session, &format!("{}{channel}", only.map(String::from).unwrap_or_default()), &passing),
        Err(problem) if kind == PassingKind::Line => cannot_send(session, &channel, &problem),
        // Nor are tags.
        Err(_) => {}
    }
}

/// A message as every door knows it.
async fn store(session: &Rc<Session>, line: &Line, room: &RoomName, channel: &str, lines: &[String]) {
    let Some(text) = text_of(lines) else { return session.numeric(numeric::ERR_NOTEXTTOSEND, &[]) };
    let command = Command::Send { room: room.clone(), text, nonce: None, reply_to: answered(line, room) };
    match session.ask(command).await {
        Ok(Answer::Sent(sent)) => expect(session, &sent, session.has(Caps::ECHO_MESSAGE)),
        Ok(_) => {}
        Err(problem) => cannot_send(session, channel, &problem),
    }
}

fn text_of(lines: &[String]) -> Option<MessageText> {
    let text = match lines {
        [line] => match action_of(line) {
            Some(action) => format!("*{}*", style::to_markdown(action).replace('*', "")),
            None => style::to_markdown(line),
        },
        lines => lines.iter().map(|line| style::to_markdown(line)).collect::<Vec<_>>().join("\n"),
    };
    MessageText::parse(&text).ok()
}

/// The message of this room that is answered.
fn answered(line: &Line, room: &RoomName) -> Option<Seq> {
    let id = line.tag("+draft/reply").or_else(|| line.tag("+reply"))?;
    msgid::parse(id).filter(|(own, _)| own == room).map(|(_, seq)| seq)
}

fn cannot_send(session: &Session, target: &str, problem: &Problem) {
    match problem.saying {
        Saying::Refusal(crate::domain::permission::Refusal::NotFound) => refused(session, target, problem),
        _ => session.numeric_saying(numeric::ERR_CANNOTSENDTOCHAN, &[target], &problem.message),
    }
}

/// The event of what was just stored is still to come: it is shown, or not.
pub fn expect(session: &Session, sent: &Sent, echo: bool) {
    let label = if echo { session.label.borrow().clone() } else { None };
    if label.is_some() {
        session.comes_later.set(true);
    }
    session.mine.borrow_mut().push(Mine { room: sent.room.clone(), seq: sent.seq, label, echo });
}

/// Tags that are more than tags: typing and reactions. `true` when that is all there is to it.
async fn special(session: &Rc<Session>, line: &Line, room: &RoomName) -> bool {
    if let Some(state) = line.tag("+typing") {
        // The other doors show who is typing, and forget it by themselves.
        if state == "active" {
            let _ = session.ask(Command::Typing { room: room.clone() }).await;
            return true;
        }
        return false;
    }
    let (on, emoji) = match (line.tag("+draft/react"), line.tag("+draft/unreact")) {
        (Some(emoji), _) => (true, emoji),
        (None, Some(emoji)) => (false, emoji),
        (None, None) => return false,
    };
    let (Some(seq), Ok(emoji)) = (answered(line, room), Emoji::parse(emoji)) else { return false };
    match session.ask(Command::React { room: room.clone(), seq, emoji, on }).await {
        Ok(Answer::Sent(sent)) => expect(session, &sent, session.has(Caps::ECHO_MESSAGE)),
        Ok(_) => {}
        Err(problem) => session.fail("TAGMSG", "CANNOT_REACT", &[], &problem.message),
    }
    true
}

async fn to_person(session: &Rc<Session>, line: &Line, kind: PassingKind, name: &str, lines: &[String]) {
    let found = find(session, name).await;
    let Some(own) = session.person() else { return };
    let account = match UserName::parse(name) {
        Ok(name) if !own.is_guest() && session.hall.auth.has_account(&name) => {
            session.hall.auth.account_named(&name).await.ok().flatten()
        }
        _ => None,
    };
    let is_lasting = kind == PassingKind::Line && !is_ctcp(lines);
    if let Some(account) = account.filter(|account| account.id != own.id) {
        let away = found.as_ref().and_then(|found| found.seen.away.clone());
        let is_reaction = kind == PassingKind::Tags && line.tags.iter().any(|(key, _)| key.starts_with("+draft/"));
        if is_lasting || is_reaction {
            let other = account.name.clone();
            let problem = match conversation(session, account.id, &other).await {
                Ok(room) if is_reaction => {
                    if special(session, line, &room).await {
                        return;
                    }
                    None
                }
                Ok(room) => {
                    store(session, line, &room, other.as_str(), lines).await;
                    if let Some(away) = away {
                        session.numeric(numeric::RPL_AWAY, &[other.as_str(), &away]);
                    }
                    return;
                }
                Err(problem) => Some(problem),
            };
            if let Some(problem) = problem {
                return session.numeric_saying(numeric::ERR_NOSUCHNICK, &[name], &problem.message);
            }
        }
    }
    let Some(found) = found else {
        if kind != PassingKind::Notice {
            session.numeric(numeric::ERR_NOSUCHNICK, &[if name.is_empty() { "*" } else { name }]);
        }
        return;
    };
    whisper(session, line, kind, &found.seen, lines).await;
}

/// The room of two accounts; the session listens there from now on.
async fn conversation(
    session: &Rc<Session>,
    other: crate::domain::ids::UserId,
    name: &UserName,
) -> Result<RoomName, Problem> {
    let known = session.me.borrow().as_ref().and_then(|me| me.direct.iter().find(|(_, own)| own == name).cloned());
    if let Some((room, _)) = known {
        return Ok(room);
    }
    let Answer::Room { room, .. } = session.ask(Command::Direct { others: vec![other] }).await? else {
        return Err(Problem::unavailable());
    };
    session.ask(Command::Listen { room: room.clone(), after: None, create: false, key: None }).await?;
    if let Some(me) = session.me.borrow_mut().as_mut() {
        me.direct.push((room.clone(), name.clone()));
    }
    Ok(room)
}

/// A line to somebody who is there, which nobody stores.
async fn whisper(session: &Rc<Session>, line: &Line, kind: PassingKind, whom: &Arc<Seen>, lines: &[String]) {
    let passing = passing(session, line, kind, Some(whom.name.clone()), lines);
    match session.ask(Command::People { act: PeopleAct::Whisper { to: whom.id, passing: passing.clone() } }).await {
        Ok(_) => {
            let is_self = session.person().is_some_and(|own| own.id == whom.id);
            echo(session, whom.name.as_str(), &passing);
            if let Some(own) = own_view(session).map(Arc::new) {
                let passing = Arc::new(passing);
                if is_self {
                    // It is told as to everybody else, beside the echo; the label belongs to the echo.
                    for line in passing_lines(session, &own, whom.name.as_str(), &passing) {
                        session.tell(line);
                    }
                }
                remember(session, &own, &passing);
            }
            if let (Some(away), PassingKind::Line) = (&whom.away, kind) {
                session.numeric(numeric::RPL_AWAY, &[whom.name.as_str(), away]);
            }
        }
        Err(problem) if problem.code == ErrorCode::NotFound => {
            session.numeric(numeric::ERR_NOSUCHNICK, &[whom.name.as_str()]);
        }
        Err(problem) => session.numeric_saying(numeric::ERR_CANNOTSENDTOCHAN, &[whom.name.as_str()], &problem.message),
    }
}

fn passing(session: &Session, line: &Line, kind: PassingKind, to: Option<UserName>, lines: &[String]) -> Passing {
    let tags = line.tags.iter().filter(|(key, _)| is_passed_on(key)).cloned().collect();
    let id = format!("{}-{}", session.id().map_or(0, |id| id.0), session.state.next());
    let at = session.hall.worker.clock().now();
    Passing { kind, lines: lines.to_vec(), tags, id, at, to, only: None }
}

/// Tags of clients that others get to see; ISUPPORT says which (`CLIENTTAGDENY`).
fn is_passed_on(key: &str) -> bool {
    matches!(key, "+typing" | "+draft/reply" | "+reply" | "+draft/react" | "+draft/unreact")
}

/// What the client itself is shown of what it has said.
fn echo(session: &Session, to: &str, passing: &Passing) {
    if !session.has(Caps::ECHO_MESSAGE) {
        return;
    }
    let Some(own) = own_view(session) else { return };
    for reply in passing_lines(session, &own, to, passing) {
        session.send(reply);
    }
}

/// The client as others see it.
fn own_view(session: &Session) -> Option<Seen> {
    let person = session.person()?;
    let now = session.hall.worker.clock().now();
    Some(Seen {
        id: person.id,
        name: person.name.clone(),
        is_guest: person.is_guest(),
        runs_server: person.keeps_order(),
        is_bot: session.face.borrow().as_ref().is_some_and(|face| face.bot),
        face: session.face.borrow().clone().map(Arc::new),
        away: None,
        since: now,
        active: now,
    })
}

pub async fn redact(session: &Rc<Session>, line: Line) {
    if !session.has(Caps::MESSAGE_REDACTION) {
        return session.numeric(numeric::ERR_UNKNOWNCOMMAND, &["REDACT"]);
    }
    let (target, id) = (line.params[0].as_str(), line.params[1].as_str());
    let known = session.me.borrow().as_ref().map(|me| me.direct.clone()).unwrap_or_default();
    let room = channel_of(target).filter(|room| session.is_in(room)).or_else(|| {
        let own = UserName::parse(target).ok()?;
        known.into_iter().find(|(_, other)| *other == own).map(|(room, _)| room)
    });
    let Some(room) = room else {
        return session.fail("REDACT", "INVALID_TARGET", &[target], "You are not there");
    };
    let Some((_, seq)) = msgid::parse(id).filter(|(own, _)| *own == room) else {
        return session.fail("REDACT", "UNKNOWN_MSGID", &[target, id], "There is no such message here");
    };
    match session.ask(Command::Delete { room, seq }).await {
        Ok(Answer::Sent(sent)) => expect(session, &sent, true),
        Ok(_) => {}
        Err(problem) if problem.code == ErrorCode::NotFound => {
            session.fail("REDACT", "UNKNOWN_MSGID", &[target, id], &problem.message);
        }
        Err(problem) => session.fail("REDACT", "REDACT_FORBIDDEN", &[target, id], &problem.message),
    }
}
