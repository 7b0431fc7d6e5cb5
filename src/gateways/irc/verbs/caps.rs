//! `CAP`: which extensions the client wants (IRCv3 "capability-negotiation").

use std::rc::Rc;

use super::super::session::Session;
use super::register;
use crate::protocol::irc::cap::{self, Caps};
use crate::protocol::irc::line::{Line, Reply};
use crate::protocol::irc::numeric;

/// Bytes of names in one line of a list.
const LIST_BYTES: usize = 400;

pub async fn cap(session: &Rc<Session>, line: Line) {
    let sub = line.params[0].to_ascii_uppercase();
    match sub.as_str() {
        "LS" => {
            begin(session);
            let version = line.param(1).and_then(|version| version.parse().ok()).unwrap_or(0);
            session.cap_version.set(session.cap_version.get().max(version));
            if version >= 302 {
                session.caps.set(session.caps.get().with(Caps::CAP_NOTIFY));
            }
            let has_accounts = !session.hall.auth.access().demo;
            list(session, "LS", cap::listed(session.cap_version.get(), has_accounts));
        }
        "LIST" => list(session, "LIST", session.caps.get().names().map(str::to_owned).collect()),
        "REQ" => {
            begin(session);
            let words = line.param(1).unwrap_or_default();
            match cap::requested(session.caps.get(), words) {
                Some(caps) => {
                    answer(session, "ACK", words);
                    session.set_caps(caps);
                }
                None => answer(session, "NAK", words),
            }
        }
        "END" => {
            session.stranger.borrow_mut().is_agreeing = false;
            register::finish(session).await;
        }
        _ => session.numeric(numeric::ERR_INVALIDCAPCMD, &[&line.params[0]]),
    }
}

fn begin(session: &Session) {
    if !session.is_registered() {
        session.stranger.borrow_mut().is_agreeing = true;
    }
}

fn answer(session: &Session, sub: &str, text: &str) {
    session.send(Reply::new(session.state.name(), "CAP", &[&session.nick(), sub, text.trim_end()]));
}

/// Several lines where one is not enough, for clients that can read that.
fn list(session: &Session, sub: &str, names: Vec<String>) {
    let mut lines = vec![String::new()];
    for name in names {
        let is_full = lines.last().is_some_and(|line| line.len() + name.len() >= LIST_BYTES);
        if is_full && session.cap_version.get() >= 302 {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&name);
        }
    }
    let last = lines.len() - 1;
    for (at, line) in lines.into_iter().enumerate() {
        let (server, nick) = (session.state.name(), session.nick());
        if at < last {
            session.send(Reply::new(server, "CAP", &[&nick, sub, "*", &line]));
        } else {
            session.send(Reply::new(server, "CAP", &[&nick, sub, &line]));
        }
    }
}
