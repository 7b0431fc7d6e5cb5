//! Who somebody is, who was here, who is away: `WHOIS`, `WHOWAS`, `ISON`, `USERHOST`, `AWAY`, `SETNAME`.

use std::rc::Rc;

use super::super::session::Session;
use super::super::telling::marks;
use super::channels::find;
use crate::domain::name::UserName;
use crate::protocol::answer::Answer;
use crate::protocol::command::Command;
use crate::protocol::crowd::{PeopleAct, SeenIn};
use crate::protocol::irc::cap::Caps;
use crate::protocol::irc::line::{Line, Reply, cut};
use crate::protocol::irc::numeric;

/// Longest reason for being away, in bytes; ISUPPORT says so.
pub const AWAY_BYTES: usize = 200;
/// Bytes of channels in one line.
const CHANNELS_BYTES: usize = 360;

pub async fn whois(session: &Rc<Session>, line: Line) {
    let Some(names) = line.param(1).or_else(|| line.param(0)).filter(|names| !names.is_empty()) else {
        return session.numeric(numeric::ERR_NONICKNAMEGIVEN, &[]);
    };
    if line.params.len() > 1 {
        let server = line.params[0].as_str();
        let is_known = server.eq_ignore_ascii_case(session.state.name())
            || server.eq_ignore_ascii_case(names)
            || find(session, server).await.is_some();
        if !is_known {
            return session.numeric(numeric::ERR_NOSUCHSERVER, &[server]);
        }
    }
    for name in names.split(',').take(1) {
        match find(session, name).await {
            Some(found) => say(session, &found),
            None => session.numeric(numeric::ERR_NOSUCHNICK, &[name]),
        }
        session.numeric(numeric::RPL_ENDOFWHOIS, &[name]);
    }
}

fn say(session: &Session, found: &SeenIn) {
    let (seen, name, host) = (&found.seen, found.seen.name.as_str(), found.seen.host());
    session.numeric(numeric::RPL_WHOISUSER, &[name, seen.user(), &host, "*", seen.real()]);
    let is_own = session.person().is_some_and(|own| own.id == seen.id);
    let is_invisible = seen.face.as_ref().is_some_and(|face| face.invisible);
    let shown = found.rooms.iter().filter(|(room, ..)| is_own || !is_invisible || session.is_in(room));
    let mut channels = String::new();
    for (room, role, voice) in shown {
        let channel = format!("{}#{room}", marks(session, *role, *voice));
        if !channels.is_empty() && channels.len() + channel.len() > CHANNELS_BYTES {
            session.numeric(numeric::RPL_WHOISCHANNELS, &[name, &channels]);
            channels.clear();
        }
        if !channels.is_empty() {
            channels.push(' ');
        }
        channels.push_str(&channel);
    }
    if !channels.is_empty() {
        session.numeric(numeric::RPL_WHOISCHANNELS, &[name, &channels]);
    }
    let about = session.hall.auth.server_name();
    session.numeric(numeric::RPL_WHOISSERVER, &[name, session.state.name(), &about]);
    if seen.runs_server {
        session.numeric(numeric::RPL_WHOISOPERATOR, &[name]);
    }
    if let Some(account) = seen.account() {
        session.numeric(numeric::RPL_WHOISACCOUNT, &[name, account]);
    }
    if seen.is_bot {
        session.numeric(numeric::RPL_WHOISBOT, &[name]);
    }
    if seen.face.as_ref().is_some_and(|face| face.secure) {
        session.numeric(numeric::RPL_WHOISSECURE, &[name]);
    }
    if let Some(away) = &seen.away {
        session.numeric(numeric::RPL_AWAY, &[name, away]);
    }
    let idle = session.hall.worker.clock().now().since(seen.active).as_secs().to_string();
    session.numeric(numeric::RPL_WHOISIDLE, &[name, &idle, &(seen.since.0 / 1000).to_string()]);
}

pub async fn whowas(session: &Rc<Session>, line: Line) {
    let Some(wanted) = line.param(0).filter(|name| !name.is_empty()) else {
        if line.params.is_empty() {
            return session.numeric(numeric::ERR_NEEDMOREPARAMS, &["WHOWAS"]);
        }
        return session.numeric(numeric::ERR_NONICKNAMEGIVEN, &[]);
    };
    // Nothing, or a number that cannot be one, is all.
    let most = line.param(1).and_then(|most| most.parse::<usize>().ok()).filter(|most| *most > 0);
    let found = match UserName::parse(wanted) {
        Ok(name) => session.ask(Command::People { act: PeopleAct::Gone(name) }).await,
        Err(_) => Ok(Answer::WereHere(Vec::new())),
    };
    let Ok(Answer::WereHere(gone)) = found else { return };
    if gone.is_empty() {
        session.numeric(numeric::ERR_WASNOSUCHNICK, &[wanted]);
    }
    for was in gone.iter().take(most.unwrap_or(usize::MAX)) {
        let (seen, host) = (&was.seen, was.seen.host());
        let name = seen.name.as_str();
        session.numeric(numeric::RPL_WHOWASUSER, &[name, seen.user(), &host, "*", seen.real()]);
        let until = was.until.to_string();
        session.numeric(numeric::RPL_WHOISSERVER, &[name, session.state.name(), &until]);
    }
    session.numeric(numeric::RPL_ENDOFWHOWAS, &[wanted]);
}

pub async fn ison(session: &Rc<Session>, line: Line) {
    let words = line.params.iter().flat_map(|param| param.split(' ')).filter(|word| !word.is_empty());
    let names: Vec<UserName> = words.filter_map(|word| UserName::parse(word).ok()).take(50).collect();
    let Ok(Answer::People(found)) = session.ask(Command::People { act: PeopleAct::Look(names) }).await else { return };
    let names: Vec<String> = found.iter().map(|found| found.seen.name.to_string()).collect();
    session.numeric(numeric::RPL_ISON, &[&names.join(" ")]);
}

pub async fn userhost(session: &Rc<Session>, line: Line) {
    let names: Vec<UserName> = line.params.iter().take(5).filter_map(|word| UserName::parse(word).ok()).collect();
    let Ok(Answer::People(found)) = session.ask(Command::People { act: PeopleAct::Look(names) }).await else { return };
    let one = |found: &SeenIn| {
        let seen = &found.seen;
        let (oper, away) = (if seen.runs_server { "*" } else { "" }, if seen.away.is_some() { '-' } else { '+' });
        format!("{}{oper}={away}{}@{}", seen.name, seen.user(), seen.host())
    };
    session.numeric(numeric::RPL_USERHOST, &[&found.iter().map(one).collect::<Vec<_>>().join(" ")]);
}

pub async fn away(session: &Rc<Session>, line: Line) {
    let text = line.param(0).filter(|text| !text.is_empty()).map(|text| {
        let mut text = text.to_owned();
        cut(&mut text, AWAY_BYTES);
        text
    });
    let is_away = text.is_some();
    if session.ask(Command::People { act: PeopleAct::Away(text.clone()) }).await.is_err() {
        return;
    }
    session.numeric(if is_away { numeric::RPL_NOWAWAY } else { numeric::RPL_UNAWAY }, &[]);
}

pub async fn setname(session: &Rc<Session>, line: Line) {
    let real = line.params[0].trim();
    if !session.has(Caps::SETNAME) {
        return session.numeric(numeric::ERR_UNKNOWNCOMMAND, &["SETNAME"]);
    }
    if real.is_empty() || real.len() > super::register::REAL_BYTES {
        return session.fail("SETNAME", "INVALID_REALNAME", &[], "A real name is not empty, and not so long");
    }
    let Some(mut face) = session.face.borrow().clone() else { return };
    face.real = real.into();
    *session.face.borrow_mut() = Some(face.clone());
    let _ = session.ask(Command::People { act: PeopleAct::Present(face) }).await;
    session.send(Reply::new(&session.source(), "SETNAME", &[real]));
}
