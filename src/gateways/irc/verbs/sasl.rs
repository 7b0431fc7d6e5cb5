//! `AUTHENTICATE`: logging in (IRCv3 "sasl-3.2"), with a password or a token, at any time: before the welcome, and behind
//! it, where somebody else speaks from then on.

use std::rc::Rc;

use super::super::session::{Login, Session};
use super::change_person::change_person;
use super::register;
use crate::domain::name::UserName;
use crate::gateways::stream::newcomer;
use crate::protocol::irc::line::{Line, Reply};
use crate::protocol::irc::numeric;
use crate::protocol::irc::sasl::{Pieces, Plain, Taken};

pub async fn authenticate(session: &Rc<Session>, line: Line) {
    let word = &line.params[0];
    if word == "*" {
        session.login.borrow_mut().pieces = None;
        return session.numeric(numeric::ERR_SASLABORTED, &[]);
    }
    let has_begun = session.login.borrow().pieces.is_some();
    if !has_begun {
        if !word.eq_ignore_ascii_case("PLAIN") {
            session.numeric(numeric::RPL_SASLMECHS, &["PLAIN"]);
            return session.numeric(numeric::ERR_SASLFAIL, &[]);
        }
        session.login.borrow_mut().pieces = Some(Pieces::default());
        return session.send(Reply::new("", "AUTHENTICATE", &["+"]));
    }
    let taken = session.login.borrow_mut().pieces.as_mut().map(|pieces| pieces.take(word));
    match taken {
        Some(Taken::More) | None => return,
        Some(Taken::Whole(bytes)) => {
            session.login.borrow_mut().pieces = None;
            match Plain::parse(&bytes) {
                Some(plain) => return log_in(session, plain).await,
                None => session.numeric(numeric::ERR_SASLFAIL, &[]),
            }
        }
        Some(Taken::TooLong) => session.numeric(numeric::ERR_SASLTOOLONG, &[]),
        Some(Taken::TooMuch | Taken::Bad) => session.numeric(numeric::ERR_SASLFAIL, &[]),
    }
    session.login.borrow_mut().pieces = None;
}

async fn log_in(session: &Rc<Session>, plain: Plain) {
    let is_own = plain.acting_as.is_empty() || plain.acting_as.eq_ignore_ascii_case(&plain.account);
    if !is_own {
        return session.numeric_saying(numeric::ERR_SASLFAIL, &[], "Nobody acts for somebody else here");
    }
    let login = match register::log_in(session, &plain.account, &plain.password).await {
        Ok(login) => login,
        Err(problem) => return session.numeric_saying(numeric::ERR_SASLFAIL, &[], &problem.message),
    };
    if session.is_registered() {
        return change_person(session, login).await;
    }
    let name = login.person.as_ref().map(|person| person.name.clone());
    let Login { person, device, .. } = session.login.replace(login);
    if let Some(person) = person {
        newcomer::forget(&session.hall, &person, device);
    }
    if let Some(name) = name {
        say_logged_in(session, &name);
    }
}

/// Tells the client that the login was good, under the name that it has just now.
pub fn say_logged_in(session: &Session, name: &UserName) {
    let (source, text) = (format!("{}!*@*", session.nick()), format!("You are now logged in as {name}"));
    session.numeric_saying(numeric::RPL_LOGGEDIN, &[&source, name.as_str()], &text);
    session.numeric(numeric::RPL_SASLSUCCESS, &[]);
}
