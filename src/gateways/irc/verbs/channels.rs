//! What is done with channels: coming, going, who is there, the topic, sending out, asking in, the list (RFC 2812,
//! section 3.2).

use std::rc::Rc;

use super::super::session::Session;
use super::super::telling::{join_line, marks};
use super::super::views::{channel_of, refused, source_of};
use crate::domain::ids::UserId;
use crate::domain::name::{RoomName, UserName};
use crate::domain::room::{RoomKind, Topic};
use crate::protocol::answer::{Answer, RoomEntry};
use crate::protocol::command::Command;
use crate::protocol::crowd::{CrowdAct, Inside, PeopleAct, SeenIn};
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::protocol::irc::cap::Caps;
use crate::protocol::irc::line::{Line, Reply, cut};
use crate::protocol::irc::{news, numeric};

/// Longest reason for sending somebody out, in bytes; ISUPPORT says so.
pub const REASON_BYTES: usize = 300;
/// Most people that one line sends out; ISUPPORT says so.
pub const KICKED: usize = 4;
/// Bytes of names in one line.
const NAMES_BYTES: usize = 380;
/// Most channels of one `NAMES`; ISUPPORT says so.
pub const NAMED: usize = 10;

pub async fn join(session: &Rc<Session>, line: Line) {
    if line.params[0] == "0" {
        let channels = session.me.borrow().as_ref().map(|me| me.channels.clone()).unwrap_or_default();
        for room in channels {
            leave(session, room, None).await;
        }
        return;
    }
    let mut keys = line.param(1).unwrap_or_default().split(',').map(str::to_owned);
    for channel in line.params[0].split(',') {
        let key = keys.next().filter(|key| !key.is_empty());
        let Some(room) = channel_of(channel) else {
            let shown = if channel.is_empty() { "*" } else { channel };
            session.numeric(numeric::ERR_NOSUCHCHANNEL, &[shown]);
            continue;
        };
        come(session, room, key).await;
    }
}

async fn come(session: &Rc<Session>, room: RoomName, key: Option<String>) {
    if session.is_in(&room) {
        return;
    }
    let channel = news::channel(&room);
    let act = CrowdAct::Follow { create: true, key };
    match session.ask(Command::Crowd { room: room.clone(), act }).await {
        Ok(Answer::Inside(inside)) => {
            if let Some(me) = session.me.borrow_mut().as_mut() {
                me.channels.push(room);
            }
            say_come(session, &inside).await;
        }
        Ok(_) => {}
        Err(Problem { code: ErrorCode::BadRequest | ErrorCode::Conflict, message, .. }) => {
            session.numeric_saying(numeric::ERR_NOSUCHCHANNEL, &[&channel], &message);
        }
        Err(problem) => refused(session, &channel, &problem),
    }
}

async fn say_come(session: &Rc<Session>, inside: &Inside) {
    let channel = news::channel(&inside.room);
    let me = session.person().map(|person| person.id);
    if let Some(own) = inside.people.iter().find(|present| Some(present.seen.id) == me) {
        session.send(join_line(session, &own.seen, &channel));
    }
    if !inside.topic.as_str().is_empty() {
        say_topic(session, inside);
    }
    if session.has(Caps::READ_MARKER) {
        super::read_marker::say_known_marker(session, &inside.room, &channel, inside.read_seq).await;
    }
    say_names(session, inside);
    session.numeric(numeric::RPL_ENDOFNAMES, &[&channel]);
}

fn say_topic(session: &Session, inside: &Inside) {
    let channel = news::channel(&inside.room);
    session.numeric(numeric::RPL_TOPIC, &[&channel, inside.topic.as_str()]);
    if let Some((who, at)) = &inside.topic_set {
        session.numeric(numeric::RPL_TOPICWHOTIME, &[&channel, who.as_str(), &(at.0 / 1000).to_string()]);
    }
}

fn say_names(session: &Session, inside: &Inside) {
    let channel = news::channel(&inside.room);
    let sign = match inside.kind {
        _ if inside.rules.hidden => "@",
        RoomKind::Public => "=",
        RoomKind::Private | RoomKind::Direct => "@",
    };
    let mut names = String::new();
    for present in &inside.people {
        // Whoever asks from outside does not see those who want to be found by their neighbours only.
        let is_hidden = present.seen.face.as_ref().is_some_and(|face| face.invisible);
        if is_hidden && !inside.is_here && !session.is_in(&inside.room) {
            continue;
        }
        let name =
            if session.has(Caps::USERHOST_IN_NAMES) { source_of(&present.seen) } else { present.seen.name.to_string() };
        let name = format!("{}{name}", marks(session, present.role, present.voice));
        if !names.is_empty() && names.len() + name.len() > NAMES_BYTES {
            session.numeric(numeric::RPL_NAMREPLY, &[sign, &channel, &names]);
            names.clear();
        }
        if !names.is_empty() {
            names.push(' ');
        }
        names.push_str(&name);
    }
    if !names.is_empty() {
        session.numeric(numeric::RPL_NAMREPLY, &[sign, &channel, &names]);
    }
}

pub async fn part(session: &Rc<Session>, line: Line) {
    let reason = line.param(1).map(str::to_owned).filter(|reason| !reason.is_empty());
    for channel in line.params[0].split(',') {
        match channel_of(channel) {
            Some(room) if session.is_in(&room) => leave(session, room, reason.clone()).await,
            Some(room) => not_there(session, &room).await,
            None => session.numeric(numeric::ERR_NOSUCHCHANNEL, &[if channel.is_empty() { "*" } else { channel }]),
        }
    }
}

/// Not in it: because there is none, or because it has others.
pub async fn not_there(session: &Rc<Session>, room: &RoomName) {
    let channel = news::channel(room);
    match session.ask(Command::Crowd { room: room.clone(), act: CrowdAct::Inside }).await {
        Ok(_) => session.numeric(numeric::ERR_NOTONCHANNEL, &[&channel]),
        Err(_) => session.numeric(numeric::ERR_NOSUCHCHANNEL, &[&channel]),
    }
}

async fn leave(session: &Rc<Session>, room: RoomName, reason: Option<String>) {
    let channel = news::channel(&room);
    let act = CrowdAct::Depart { reason: reason.clone() };
    let left = session.ask(Command::Crowd { room: room.clone(), act }).await;
    if let Err(problem) = &left
        && problem.code == ErrorCode::Unavailable
    {
        return refused(session, &channel, problem);
    }
    if let Some(me) = session.me.borrow_mut().as_mut() {
        me.channels.retain(|other| *other != room);
    }
    let mut params = vec![channel.as_str()];
    params.extend(reason.as_deref());
    session.send(Reply::new(&session.source(), "PART", &params));
}

pub async fn names(session: &Rc<Session>, line: Line) {
    let Some(channels) = line.param(0) else {
        return session.numeric(numeric::RPL_ENDOFNAMES, &["*"]);
    };
    for channel in channels.split(',').take(NAMED) {
        let Some(room) = channel_of(channel) else { continue };
        if let Ok(Answer::Inside(inside)) = session.ask(Command::Crowd { room, act: CrowdAct::Inside }).await {
            say_names(session, &inside);
        }
    }
    session.numeric(numeric::RPL_ENDOFNAMES, &[if channels.is_empty() { "*" } else { channels }]);
}

pub async fn topic(session: &Rc<Session>, line: Line) {
    let channel = line.params[0].as_str();
    let Some(room) = channel_of(channel) else { return session.numeric(numeric::ERR_NOSUCHCHANNEL, &[channel]) };
    let Some(text) = line.param(1) else {
        return match session.ask(Command::Crowd { room, act: CrowdAct::Inside }).await {
            Ok(Answer::Inside(inside)) if inside.rules.hidden && !inside.is_here => {
                session.numeric(numeric::ERR_NOTONCHANNEL, &[channel]);
            }
            Ok(Answer::Inside(inside)) if inside.topic.as_str().is_empty() => {
                session.numeric(numeric::RPL_NOTOPIC, &[channel]);
            }
            Ok(Answer::Inside(inside)) => say_topic(session, &inside),
            Ok(_) => {}
            Err(problem) => refused(session, channel, &problem),
        };
    };
    if !session.is_in(&room) {
        return not_there(session, &room).await;
    }
    let mut text: String = text.chars().filter(|c| !c.is_control()).collect();
    cut(&mut text, crate::domain::limits::TOPIC_BYTES);
    let Ok(topic) = Topic::parse(&text) else { return };
    match session.ask(Command::Topic { room: room.clone(), topic }).await {
        Ok(Answer::Sent(sent)) => super::talk::expect(session, &sent, true),
        Ok(_) => {}
        Err(problem) => refused(session, channel, &problem),
    }
}

pub async fn kick(session: &Rc<Session>, line: Line) {
    let reason = line.param(2).filter(|reason| !reason.is_empty()).map(|reason| {
        let mut reason = reason.to_owned();
        cut(&mut reason, REASON_BYTES);
        reason
    });
    // One channel for all, or one for each.
    let channels: Vec<&str> = line.params[0].split(',').collect();
    for (at, name) in line.params[1].split(',').take(KICKED).enumerate() {
        let channel = channels.get(at).or(channels.last()).copied().unwrap_or_default();
        kick_one(session, channel, name, reason.clone()).await;
    }
}

async fn kick_one(session: &Rc<Session>, channel: &str, name: &str, reason: Option<String>) {
    let Some(room) = channel_of(channel) else {
        return session.numeric(numeric::ERR_NOSUCHCHANNEL, &[if channel.is_empty() { "*" } else { channel }]);
    };
    if !session.is_in(&room) {
        return not_there(session, &room).await;
    }
    let Some(found) = find(session, name).await else {
        return session.numeric(numeric::ERR_USERNOTINCHANNEL, &[name, channel]);
    };
    let act = CrowdAct::SendOut { user: found.seen.id, reason };
    match session.ask(Command::Crowd { room, act }).await {
        Ok(_) => session.comes_later.set(true),
        Err(problem) if problem.code == ErrorCode::NotFound => {
            session.numeric(numeric::ERR_USERNOTINCHANNEL, &[name, channel]);
        }
        Err(problem) => refused(session, channel, &problem),
    }
}

/// Somebody who is connected, by name.
pub async fn find(session: &Rc<Session>, name: &str) -> Option<SeenIn> {
    // Guests of one name are told apart by a number behind a tilde, which nobody can choose.
    let known = UserName::parse(name).ok().or_else(|| {
        let (stem, number) = name.rsplit_once('~')?;
        let is_good = UserName::parse(stem).is_ok() && number.bytes().all(|b| b.is_ascii_digit()) && !number.is_empty();
        is_good.then(|| UserName::trusted(name.to_owned()))
    })?;
    match session.ask(Command::People { act: PeopleAct::Look(vec![known]) }).await {
        Ok(Answer::People(mut found)) => found.pop(),
        _ => None,
    }
}

pub async fn invite(session: &Rc<Session>, line: Line) {
    let [name, channel, ..] = line.params.as_slice() else {
        if line.params.is_empty() {
            return session.numeric(numeric::RPL_ENDOFINVITELIST, &[]);
        }
        return session.numeric(numeric::ERR_NEEDMOREPARAMS, &["INVITE"]);
    };
    let Some(found) = find(session, name).await else { return session.numeric(numeric::ERR_NOSUCHNICK, &[name]) };
    let Some(room) = channel_of(channel) else { return session.numeric(numeric::ERR_NOSUCHCHANNEL, &[channel]) };
    if !session.is_in(&room) {
        return not_there(session, &room).await;
    }
    ask_in(session, room, channel, name, found.seen.id).await;
}

async fn ask_in(session: &Rc<Session>, room: RoomName, channel: &str, name: &str, user: UserId) {
    match session.ask(Command::Crowd { room, act: CrowdAct::AskIn { user } }).await {
        Ok(_) => {
            session.numeric(numeric::RPL_INVITING, &[name, channel]);
            if let Some(found) = find(session, name).await
                && let Some(away) = found.seen.away.as_deref()
            {
                session.numeric(numeric::RPL_AWAY, &[name, away]);
            }
        }
        Err(problem) if problem.code == ErrorCode::Conflict => {
            session.numeric(numeric::ERR_USERONCHANNEL, &[name, channel]);
        }
        Err(problem) => refused(session, channel, &problem),
    }
}

pub async fn list(session: &Rc<Session>, line: Line) {
    let wanted: Vec<&str> = line.param(0).unwrap_or_default().split(',').filter(|word| !word.is_empty()).collect();
    session.numeric(numeric::RPL_LISTSTART, &["Channel"]);
    if let Ok(Answer::Rooms { rooms }) = session.ask(Command::Rooms).await {
        // Where nobody is and nothing was ever said, there is nothing to list.
        let is_alive = |entry: &RoomEntry| entry.kind != RoomKind::Direct && (entry.online > 0 || entry.last_seq > 0);
        for entry in rooms.into_iter().filter(is_alive) {
            let channel = news::channel(&entry.room);
            let is_wanted = wanted.iter().all(|word| matches(word, &channel, entry.online));
            // Whoever names channels wants these, and every condition has to hold.
            let named = wanted.iter().filter(|word| word.starts_with('#') && !word.contains(['*', '?']));
            let is_named = named.clone().next().is_none()
                || named.clone().any(|word| channel_of(word).as_ref() == Some(&entry.room));
            if is_wanted && is_named {
                session.numeric(numeric::RPL_LIST, &[&channel, &entry.online.to_string(), entry.topic.as_str()]);
            }
        }
    }
    session.numeric(numeric::RPL_LISTEND, &[]);
}

/// A condition of `LIST` (ISUPPORT `ELIST=MNU`).
fn matches(word: &str, channel: &str, online: usize) -> bool {
    let is_like = |pattern: &str| crate::domain::mask::matches(&pattern.to_lowercase(), channel);
    match word.as_bytes()[0] {
        b'>' => word[1..].parse().is_ok_and(|least: usize| online > least),
        b'<' => word[1..].parse().is_ok_and(|most: usize| online < most),
        b'!' => !is_like(&word[1..]),
        b'#' if !word.contains(['*', '?']) => true,
        _ => is_like(word),
    }
}
