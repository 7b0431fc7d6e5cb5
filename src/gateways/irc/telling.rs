//! What others do, as lines for one client: what differs from reader to reader.

use std::sync::Arc;

use super::session::Session;
use super::views::{is_ctcp, prefix, rule_changes, source_of};
use crate::chat::fanout::Said;
use crate::domain::event::{Event, EventBody};
use crate::domain::membership::Role;
use crate::domain::name::UserName;
use crate::protocol::crowd::{Crowd, Passing, PassingKind, Seen, Stir};
use crate::protocol::encode::{News, SharedFrames};
use crate::protocol::irc::cap::Caps;
use crate::protocol::irc::line::Reply;
use crate::protocol::irc::mode::{self, Change};
use crate::protocol::irc::news::Speaker;
use crate::protocol::irc::{news, numeric};
use crate::protocol::server_frame::Notice;

/// Tells the client.
pub fn tell(session: &Session, said: Said) {
    match said {
        Said::News(frames) => match frames.news() {
            News::Event(event) => own_or_direct(session, event, &frames),
            News::Crowd(crowd) => stir(session, crowd),
            News::Ephemeral(_) => {}
        },
        Said::Crowd(crowd) => stir(session, &crowd),
        Said::Notice(notice) => heard(session, &notice),
        Said::Welcome(_) | Said::Answer { .. } | Said::Refused { .. } => {}
    }
}

fn heard(session: &Session, heard: &Notice) {
    match heard {
        Notice::Read { room, seq, .. } if session.has(Caps::READ_MARKER) => {
            super::verbs::read_marker::tell_marker(session, room.clone(), *seq);
        }
        Notice::Gone { room, .. } | Notice::Resync { room, .. } => {
            if let Some(me) = session.me.borrow_mut().as_mut() {
                me.channels.retain(|other| other != room);
            }
            session.tell(Reply::new(
                &session.source(),
                "PART",
                &[&news::channel(room), "Something was missed: join again"],
            ));
        }
        Notice::Bye { reason, .. } => {
            session.tell(Reply::new(session.state.name(), "NOTICE", &[&session.nick(), reason]));
        }
        Notice::Read { .. } | Notice::Level { .. } => {}
    }
}

/// A message of the client's own person, or of a conversation.
fn own_or_direct(session: &Session, event: &Event, frames: &SharedFrames) {
    let Some(person) = session.person() else { return };
    let is_own = event.author.id == person.id;
    let mut label = None;
    if is_own {
        let mut mine = session.mine.borrow_mut();
        if let Some(at) = mine.iter().position(|own| own.seq == event.seq && own.room == event.room_name) {
            let own = mine.remove(at);
            if !own.echo {
                return;
            }
            label = own.label;
        }
    }
    if news::is_direct(&event.room_name)
        && !matches!(
            event.body,
            EventBody::Message(_) | EventBody::Edited { .. } | EventBody::Deleted { .. } | EventBody::Reaction { .. }
        )
    {
        return;
    }
    let target = target_of(session, event, is_own, &person.name);
    let account = frames.account().map(str::to_owned).or_else(|| is_own.then(|| account_of(session)).flatten());
    let dialect = session.caps.get().dialect();
    let is_bot = frames.is_bot() || is_own && session.face.borrow().as_ref().is_some_and(|face| face.bot);
    let speaker = Speaker { account: account.as_deref(), is_bot };
    let lines = news::event_to(event, &target, dialect, speaker);
    match label {
        Some(label) => session.tell_labelled(lines, &label),
        None => lines.into_iter().for_each(|line| session.tell(line)),
    }
}

fn account_of(session: &Session) -> Option<String> {
    session.person().filter(|person| !person.is_guest()).map(|person| person.name.to_string())
}

/// What this client calls the place of an event, whose person has this name.
#[must_use]
pub fn target_of(session: &Session, event: &Event, is_own: bool, name: &UserName) -> String {
    if !news::is_direct(&event.room_name) {
        return news::channel(&event.room_name);
    }
    if !is_own {
        return name.to_string();
    }
    let me = session.me.borrow();
    let other = me.as_ref().and_then(|me| me.direct.iter().find(|(room, _)| *room == event.room_name));
    other.map_or_else(|| name.to_string(), |(_, other)| other.to_string())
}

fn stir(session: &Session, crowd: &Crowd) {
    let Some(person) = session.person() else { return };
    let is_watched =
        crowd.room.is_none() && crowd.who.id != person.id && matches!(crowd.stir, Stir::Away | Stir::Presented);
    if is_watched && !session.has(Caps::EXTENDED_MONITOR) {
        return;
    }
    // Told in each channel that both are in, and once is enough.
    let is_wide = matches!(crowd.stir, Stir::Quit(_) | Stir::Renamed { .. } | Stir::Away | Stir::Presented);
    if is_wide && session.occasion.replace(crowd.occasion) == crowd.occasion {
        return;
    }
    let who = &*crowd.who;
    let source = source_of(who);
    let is_me = who.id == person.id;
    let channel = crowd.room.as_ref().map(news::channel).unwrap_or_default();
    let send_by = |mut reply: Reply, account: Option<&str>| {
        if session.has(Caps::SERVER_TIME) {
            reply.tags.insert(0, ("time", crowd.at.to_string()));
        }
        if let Some(account) = account.filter(|_| session.has(Caps::ACCOUNT_TAG)) {
            reply = reply.tagged("account", account);
        }
        session.tell(reply);
    };
    let send = |reply: Reply| send_by(reply, who.account());
    match &crowd.stir {
        Stir::Came => {
            send(join_line(session, who, &channel));
            if let Some(away) = who.away.as_ref().filter(|_| session.has(Caps::AWAY_NOTIFY)) {
                send(Reply::new(&source, "AWAY", &[away]));
            }
        }
        Stir::Left(reason) => {
            if is_me {
                forget(session, crowd);
            }
            let params = [channel.as_str(), reason.as_deref().unwrap_or_default()];
            send(Reply::new(&source, "PART", if reason.is_some() { &params } else { &params[..1] }));
        }
        Stir::Quit(reason) if !is_me => send(Reply::new(&source, "QUIT", &[reason.as_deref().unwrap_or("Gone")])),
        Stir::Removed { by, reason } => {
            if is_me {
                forget(session, crowd);
            }
            let reason = reason.as_deref().unwrap_or(by.name.as_str());
            send_by(Reply::new(&source_of(by), "KICK", &[&channel, who.name.as_str(), reason]), by.account());
        }
        Stir::Renamed { from } => renamed(session, crowd, from, is_me),
        Stir::Away if is_me => {}
        Stir::Away if session.has(Caps::AWAY_NOTIFY) => {
            let away: Vec<&str> = who.away.as_deref().into_iter().collect();
            send(Reply::new(&source, "AWAY", &away));
        }
        Stir::Presented if session.has(Caps::SETNAME) && !is_me => send(Reply::new(&source, "SETNAME", &[who.real()])),
        Stir::Entrusted { by, before, after } => {
            let changes = part_changes(who, *before, *after);
            let params = mode::write(&changes);
            let all: Vec<&str> = std::iter::once(channel.as_str()).chain(params.iter().map(String::as_str)).collect();
            let source = by.as_ref().map_or_else(|| session.state.name().to_owned(), news::source);
            // The account of whoever gave it is not known here.
            send_by(Reply::new(&source, "MODE", &all), None);
        }
        Stir::Ruled(changes) => {
            let params = mode::write(&rule_changes(changes));
            let all: Vec<&str> = std::iter::once(channel.as_str()).chain(params.iter().map(String::as_str)).collect();
            send(Reply::new(&source, "MODE", &all));
        }
        Stir::Masked { mask, on } => {
            let letters = if *on { "+b" } else { "-b" };
            send(Reply::new(&source, "MODE", &[&channel, letters, &mask.to_string()]));
        }
        Stir::AskedIn(whom) if whom.id == person.id || session.has(Caps::INVITE_NOTIFY) => {
            send(Reply::new(&source, "INVITE", &[whom.name.as_str(), &channel]));
        }
        Stir::Passed(passing) => passed(session, crowd, passing),
        Stir::Appeared => session.tell(monitor_line(session, numeric::RPL_MONONLINE, &source)),
        Stir::Quit(_) | Stir::Away | Stir::Presented | Stir::AskedIn(_) => {}
        Stir::Vanished => session.tell(monitor_line(session, numeric::RPL_MONOFFLINE, who.name.as_str())),
    }
}

fn monitor_line(session: &Session, number: numeric::Numeric, who: &str) -> Reply {
    Reply::new(session.state.name(), number.number, &[&session.nick(), who])
}

/// Somebody comes into a channel.
pub fn join_line(session: &Session, who: &Seen, channel: &str) -> Reply {
    let source = source_of(who);
    if session.has(Caps::EXTENDED_JOIN) {
        Reply::new(&source, "JOIN", &[channel, who.account().unwrap_or("*"), who.real()])
    } else {
        Reply::new(&source, "JOIN", &[channel])
    }
}

fn forget(session: &Session, crowd: &Crowd) {
    if let Some(me) = session.me.borrow_mut().as_mut() {
        me.channels.retain(|room| Some(room) != crowd.room.as_ref());
    }
}

fn renamed(session: &Session, crowd: &Crowd, from: &UserName, is_me: bool) {
    let was = Seen { name: from.clone(), ..(*crowd.who).clone() };
    session.tell(Reply::new(&source_of(&was), "NICK", &[crowd.who.name.as_str()]));
    if is_me && let Some(me) = session.me.borrow_mut().as_mut() {
        let name = crowd.who.name.clone();
        me.person = Arc::new(crate::domain::person::Person { name, ..(*me.person).clone() });
    }
}

/// What somebody is now and was not before, and the other way round.
#[must_use]
pub fn part_changes(who: &Seen, before: (Option<Role>, bool), after: (Option<Role>, bool)) -> Vec<Change> {
    let letters = |(role, voice): (Option<Role>, bool)| {
        let role = match role {
            Some(Role::Owner) => Some('q'),
            Some(Role::Moderator) => Some('o'),
            Some(Role::Member) | None => None,
        };
        [role, voice.then_some('v')]
    };
    let (old, new) = (letters(before), letters(after));
    let name = || Some(who.name.to_string());
    let gone = old.iter().flatten().filter(|letter| !new.contains(&Some(**letter)));
    let come = new.iter().flatten().filter(|letter| !old.contains(&Some(**letter)));
    let gone = gone.map(|letter| Change { on: false, letter: *letter, param: name() });
    gone.chain(come.map(|letter| Change { on: true, letter: *letter, param: name() })).collect()
}

/// A line that nobody stores.
fn passed(session: &Session, crowd: &Crowd, passing: &Arc<Passing>) {
    let Some(person) = session.person() else { return };
    let to = match (&crowd.room, &passing.to) {
        (Some(room), _) => format!("{}{}", passing.only.map(String::from).unwrap_or_default(), news::channel(room)),
        (None, Some(to)) => to.to_string(),
        (None, None) => person.name.to_string(),
    };
    if crowd.room.is_none() {
        remember(session, &crowd.who, passing);
    }
    for reply in passing_lines(session, &crowd.who, &to, passing) {
        session.tell(reply);
    }
}

/// Remembers what was said in private, for clients that read histories.
pub fn remember(session: &Session, who: &Arc<Seen>, passing: &Arc<Passing>) {
    let is_said = passing.kind == PassingKind::Line && !is_ctcp(&passing.lines);
    let (Some(person), Some(to)) = (session.person(), &passing.to) else { return };
    if is_said && session.has(Caps::CHATHISTORY) {
        let with = if who.id == person.id { to } else { &who.name };
        session.whispers.borrow_mut().keep(Arc::clone(who), Arc::clone(passing), with);
    }
}

/// A passing line, as this client reads it.
pub fn passing_lines(session: &Session, who: &Seen, to: &str, passing: &Passing) -> Vec<Reply> {
    let command = match passing.kind {
        PassingKind::Line => "PRIVMSG",
        PassingKind::Notice => "NOTICE",
        PassingKind::Tags if session.has(Caps::MESSAGE_TAGS) => "TAGMSG",
        PassingKind::Tags => return Vec::new(),
    };
    let dialect = session.caps.get().dialect();
    let source = source_of(who);
    let dress = |reply: Reply, id: Option<&str>| {
        let reply = if dialect.tags && id.is_some() { reply.with_client_tags(&passing.tags) } else { reply };
        news::dressed(reply, dialect, id, passing.at, Speaker { account: who.account(), is_bot: who.is_bot })
    };
    if passing.lines.is_empty() {
        return vec![dress(Reply::new(&source, command, &[to]), Some(&passing.id))];
    }
    if passing.lines.len() > 1 && dialect.multiline {
        let name = format!("p{}", session.state.next());
        let begin = Reply::new(&source, "BATCH", &[&format!("+{name}"), "draft/multiline", to]);
        let mut lines = vec![dress(begin, Some(&passing.id))];
        let inner = |line: &String| Reply::new(&source, command, &[to, line]).tagged("batch", name.as_str());
        lines.extend(passing.lines.iter().map(inner));
        lines.push(Reply::new(&source, "BATCH", &[&format!("-{name}")]));
        return lines;
    }
    let full = passing.lines.iter().filter(|line| !line.is_empty());
    let line = |(at, line): (usize, &String)| {
        dress(Reply::new(&source, command, &[to, line]), (at == 0).then_some(passing.id.as_str()))
    };
    full.enumerate().map(line).collect()
}

/// Marks before a name: the highest, or all for clients that can read them.
#[must_use]
pub fn marks(session: &Session, role: Option<Role>, voice: bool) -> String {
    let all = prefix(role, voice);
    if session.has(Caps::MULTI_PREFIX) { all } else { all.chars().take(1).collect() }
}
