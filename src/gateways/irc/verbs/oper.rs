//! Operators: `OPER` makes one of whoever knows name and password of the settings, `KILL` ends the connections of
//! somebody. What may be done is asked where all acts of office are, and written down there.

use std::rc::Rc;

use secrecy::ExposeSecret;

use super::super::session::Session;
use super::channels::find;
use crate::protocol::command::Command;
use crate::protocol::crowd::{Face, PeopleAct};
use crate::protocol::irc::line::{Line, Reply};
use crate::protocol::irc::numeric;

pub async fn oper(session: &Rc<Session>, line: Line) {
    let Some((name, password)) = session.state.oper.clone() else {
        return session.numeric(numeric::ERR_NOOPERHOST, &[]);
    };
    let is_right = crate::auth::secret::same(&line.params[0], &name)
        & crate::auth::secret::same(&line.params[1], password.expose_secret());
    if !is_right {
        log::warn!("somebody at {} gave a wrong name or password for OPER", session.address);
        return session.numeric(numeric::ERR_PASSWDMISMATCH, &[]);
    }
    log::info!("{} at {} has become an IRC operator", session.nick(), session.address);
    if let Some(me) = session.me.borrow_mut().as_mut() {
        me.is_oper = true;
    }
    let face = session.face.borrow().clone();
    if let Some(face) = face.map(|face| Face { oper: true, ..face }) {
        *session.face.borrow_mut() = Some(face.clone());
        let _ = session.ask(Command::People { act: PeopleAct::Present(face) }).await;
    }
    session.numeric(numeric::RPL_YOUREOPER, &[]);
    session.send(Reply::new(&session.source(), "MODE", &[&session.nick(), "+o"]));
}

pub async fn kill(session: &Rc<Session>, line: Line) {
    let is_oper = session.me.borrow().as_ref().is_some_and(|me| me.is_oper);
    if !is_oper {
        return session.numeric(numeric::ERR_NOPRIVILEGES, &[]);
    }
    let Some(reason) = line.param(1) else { return session.numeric(numeric::ERR_NEEDMOREPARAMS, &["KILL"]) };
    let name = line.params[0].as_str();
    if name.eq_ignore_ascii_case(session.state.name()) {
        return session.numeric(numeric::ERR_CANTKILLSERVER, &[]);
    }
    let Some(found) = find(session, name).await else { return session.numeric(numeric::ERR_NOSUCHNICK, &[name]) };
    let office = Rc::clone(&session.state.office);
    let (own, user) = (session.nick(), found.seen.id);
    if let Err(why) = office.kill(&own, session.address, user, found.seen.name.as_str(), reason).await {
        session.numeric_saying(numeric::ERR_NOPRIVILEGES, &[], &why);
    }
}
