//! Logging in after the welcome (IRCv3 "sasl-3.2"): the connection stays, and another person speaks through it. For the
//! chat one session ends and another one begins, so that nothing of the old person's rights is left: those around see one
//! go and the other come. The client is told of a new name, and of each channel that the new person may not be in.

use std::rc::Rc;
use std::sync::Arc;

use super::super::session::{Login, Me, Session};
use super::super::telling::part_changes;
use super::channels::find;
use super::{register, sasl};
use crate::domain::ids::UserId;
use crate::domain::name::RoomName;
use crate::domain::person::{Door, Origin, Person};
use crate::gateways::stream::newcomer;
use crate::protocol::answer::Answer;
use crate::protocol::command::Command;
use crate::protocol::crowd::{CrowdAct, Face, Inside, PeopleAct, Present};
use crate::protocol::irc::line::Reply;
use crate::protocol::irc::{mode, news, numeric};

/// Lets whoever has just logged in speak through this connection.
pub async fn change_person(session: &Rc<Session>, login: Login) {
    let (Some(before), Some(person)) = (session.person(), login.person.clone()) else { return };
    if before.id == person.id {
        // The same person, once more: what the connection holds already is as good.
        newcomer::forget(&session.hall, &person, login.device);
        return sasl::say_logged_in(session, &person.name);
    }
    // Opening a session costs what a connection costs, and counts as one.
    if let Err(problem) = session.hall.knock(Door::Irc, session.address) {
        newcomer::forget(&session.hall, &person, login.device);
        return session.numeric_saying(numeric::ERR_SASLFAIL, &[], &problem.message);
    }
    let away = find(session, before.name.as_str()).await.and_then(|found| found.seen.away.clone());
    let channels = channels(session).await;
    let old_source = session.source();
    leave(session, &before, login, &format!("Logged in as {}", person.name));

    let origin = Origin { door: Door::Irc, address: session.address };
    let Ok(name) = session.open(&person, origin).await else {
        return session.say_goodbye("the server is busy; try again");
    };
    sasl::say_logged_in(session, &name);
    let watched = session.me.borrow_mut().take().map(|me| me.watched).unwrap_or_default();
    let person = Arc::new(Person { name: name.clone(), ..(*person).clone() });
    let me = Me { person, channels: Vec::new(), direct: Vec::new(), watched: watched.clone(), is_oper: false };
    *session.me.borrow_mut() = Some(Box::new(me));
    session.send(Reply::new(&old_source, "NICK", &[name.as_str()]));

    let face = session.face.borrow().clone();
    if let Some(face) = face {
        if face.oper {
            session.send(Reply::new(&session.source(), "MODE", &[name.as_str(), "-o"]));
        }
        let face = Face { oper: false, ..face };
        *session.face.borrow_mut() = Some(face.clone());
        let _ = session.ask(Command::People { act: PeopleAct::Present(face) }).await;
    }
    if let Some(away) = away {
        let _ = session.ask(Command::People { act: PeopleAct::Away(Some(away.to_string())) }).await;
    }
    if !watched.is_empty() {
        let _ = session.ask(Command::People { act: PeopleAct::Watch(watched) }).await;
    }
    register::listen_to_conversations(session).await;
    for inside in channels {
        come_along(session, &inside, before.id).await;
    }
}

/// The channels the client is in, as they are before anybody leaves them.
async fn channels(session: &Rc<Session>) -> Vec<Inside> {
    let rooms: Vec<RoomName> = session.me.borrow().as_ref().map(|me| me.channels.clone()).unwrap_or_default();
    let mut found = Vec::with_capacity(rooms.len());
    for room in rooms {
        if let Ok(Answer::Inside(inside)) = session.ask(Command::Crowd { room, act: CrowdAct::Inside }).await {
            found.push(*inside);
        }
    }
    found
}

/// The chat forgets who was here; a login that was made for this connection ends.
fn leave(session: &Rc<Session>, before: &Person, login: Login, why: &str) {
    let old = session.login.replace(login);
    newcomer::forget(&session.hall, before, old.device);
    *session.last_word.borrow_mut() = Some(why.to_owned());
    session.depart();
    session.last_word.borrow_mut().take();
    session.mine.borrow_mut().clear();
    session.marks.borrow_mut().clear();
    session.whispers.take();
    session.sending.borrow_mut().take();
}

/// The new person comes into a channel that the client sees already: it hears of other marks, or that it is out.
async fn come_along(session: &Rc<Session>, before: &Inside, old: UserId) {
    let channel = news::channel(&before.room);
    // A key that the client has shown once need not be shown again.
    let key = before.rules.key.as_ref().map(|key| key.as_str().to_owned());
    let act = CrowdAct::Follow { create: false, key };
    let inside = match session.ask(Command::Crowd { room: before.room.clone(), act }).await {
        Ok(Answer::Inside(inside)) => inside,
        Ok(_) => return,
        Err(problem) => {
            return session.send(Reply::new(&session.source(), "PART", &[&channel, &problem.message]));
        }
    };
    if let Some(me) = session.me.borrow_mut().as_mut() {
        me.channels.push(before.room.clone());
    }
    let Some(own) = session.person().map(|person| person.id) else { return };
    let part = |inside: &Inside, who: UserId| {
        let present = inside.people.iter().find(|present| present.seen.id == who);
        present.map_or((None, false), |Present { role, voice, .. }| (*role, *voice))
    };
    let Some(present) = inside.people.iter().find(|present| present.seen.id == own) else { return };
    let changes = part_changes(&present.seen, part(before, old), part(&inside, own));
    if !changes.is_empty() {
        let params = mode::write(&changes);
        let all: Vec<&str> = std::iter::once(channel.as_str()).chain(params.iter().map(String::as_str)).collect();
        session.send(Reply::new(session.state.name(), "MODE", &all));
    }
}
