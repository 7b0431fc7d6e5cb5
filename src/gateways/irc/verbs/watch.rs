//! `MONITOR`: being told when people come and go, whether they share a channel or not (IRCv3 "monitor").

use std::rc::Rc;

use super::super::session::Session;
use super::super::views::source_of;
use crate::domain::name::{NameKey, UserName};
use crate::protocol::answer::Answer;
use crate::protocol::command::Command;
use crate::protocol::crowd::PeopleAct;
use crate::protocol::irc::line::Line;
use crate::protocol::irc::numeric::{self, Numeric};

/// Most names of one client; ISUPPORT says so.
pub const MOST: usize = 100;
/// Bytes of names in one line.
const LINE_BYTES: usize = 360;

pub async fn monitor(session: &Rc<Session>, line: Line) {
    match line.params[0].as_str() {
        "+" => add(session, line.param(1).unwrap_or_default()).await,
        "-" => remove(session, line.param(1).unwrap_or_default()).await,
        "C" | "c" => {
            if let Some(me) = session.me.borrow_mut().as_mut() {
                me.watched.clear();
            }
            let _ = session.ask(Command::People { act: PeopleAct::Unwatch(Vec::new()) }).await;
        }
        "L" | "l" => {
            list(session, numeric::RPL_MONLIST, &watched(session));
            session.numeric(numeric::RPL_ENDOFMONLIST, &[]);
        }
        "S" | "s" => {
            let names = watched(session);
            let all = names.iter().filter_map(|name| UserName::parse(name).ok()).collect();
            status(session, all).await;
        }
        _ => session.numeric(numeric::ERR_NEEDMOREPARAMS, &["MONITOR"]),
    }
}

fn watched(session: &Session) -> Vec<String> {
    let me = session.me.borrow();
    me.as_ref().map(|me| me.watched.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

async fn add(session: &Rc<Session>, names: &str) {
    let mut fresh = Vec::new();
    for name in names.split(',').filter(|name| !name.is_empty()) {
        // Somebody who cannot be is never there.
        let Ok(known) = UserName::parse(name) else {
            list(session, numeric::RPL_MONOFFLINE, &[name.to_owned()]);
            continue;
        };
        let count = watched(session).len();
        if count >= MOST {
            return session.numeric(numeric::ERR_MONLISTFULL, &[&MOST.to_string(), names]);
        }
        if let Some(me) = session.me.borrow_mut().as_mut()
            && !me.watched.iter().any(|own| own.key() == known.key())
        {
            me.watched.push(known.clone());
        }
        fresh.push(known);
    }
    if fresh.is_empty() {
        return;
    }
    let _ = session.ask(Command::People { act: PeopleAct::Watch(fresh.clone()) }).await;
    status(session, fresh).await;
}

async fn remove(session: &Rc<Session>, names: &str) {
    let gone: Vec<UserName> = names.split(',').filter_map(|name| UserName::parse(name).ok()).collect();
    if gone.is_empty() {
        return;
    }
    let keys: Vec<NameKey> = gone.iter().map(UserName::key).collect();
    if let Some(me) = session.me.borrow_mut().as_mut() {
        me.watched.retain(|own| !keys.contains(&own.key()));
    }
    let _ = session.ask(Command::People { act: PeopleAct::Unwatch(gone) }).await;
}

async fn status(session: &Rc<Session>, names: Vec<UserName>) {
    let look = Command::People { act: PeopleAct::Look(names.clone()) };
    let Ok(Answer::People(found)) = session.ask(look).await else { return };
    let here: Vec<String> = found.iter().map(|found| source_of(&found.seen)).collect();
    let keys: Vec<NameKey> = found.iter().map(|found| found.seen.name.key()).collect();
    let gone: Vec<String> = names.iter().filter(|name| !keys.contains(&name.key())).map(ToString::to_string).collect();
    list(session, numeric::RPL_MONONLINE, &here);
    list(session, numeric::RPL_MONOFFLINE, &gone);
}

fn list(session: &Session, number: Numeric, names: &[String]) {
    let mut line = String::new();
    for name in names {
        if !line.is_empty() && line.len() + name.len() > LINE_BYTES {
            session.numeric(number, &[&line]);
            line.clear();
        }
        if !line.is_empty() {
            line.push(',');
        }
        line.push_str(name);
    }
    if !line.is_empty() {
        session.numeric(number, &[&line]);
    }
}
