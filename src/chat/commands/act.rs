//! What people do to messages that are there: `edit`, `delete`, `react` and `pin`, and what they change about the room:
//! `topic` and `change`. Whether the message exists and whose it is, the journal finds out when it writes.

use super::super::journal::Purpose;
use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{look_at, not_written, refuse};
use crate::domain::event::{Draft, EventBody};
use crate::domain::ids::{RoomId, Seq};
use crate::domain::permission::{self, Refusal};
use crate::domain::person::Author;
use crate::domain::room::{Description, Topic};
use crate::domain::text::MessageText;
use crate::protocol::error_code::Problem;

pub fn edit(server: &mut ChatServer, id: RoomId, caller: Caller, target: Seq, text: MessageText) {
    let Some((_, facts, actor)) = look_at(server, id, &caller) else { return };
    let may = permission::may_post(server.access(), facts, actor, server.clock.now());
    let text = text.into_string();
    write(server, id, caller, may, Some(target), EventBody::Edited { target, text });
}

/// Whoever may write may take back their own; whoever keeps order may take back all of it.
pub fn delete(server: &mut ChatServer, id: RoomId, caller: Caller, target: Seq) {
    let Some((_, facts, actor)) = look_at(server, id, &caller) else { return };
    let may = permission::may_post(server.access(), facts, actor, server.clock.now());
    let moderator = permission::may_moderate(facts, actor);
    write(server, id, caller, may, Some(target), EventBody::Deleted { target, moderator });
}

pub fn react(server: &mut ChatServer, id: RoomId, caller: Caller, target: Seq, emoji: &str, on: bool) {
    let Some((_, facts, actor)) = look_at(server, id, &caller) else { return };
    let may = permission::may_post(server.access(), facts, actor, server.clock.now());
    let body = EventBody::Reaction { target, emoji: emoji.to_owned(), on, count: 0 };
    write(server, id, caller, may, Some(target), body);
}

pub fn pin(server: &mut ChatServer, id: RoomId, caller: Caller, target: Seq, on: bool) {
    let Some((_, facts, actor)) = look_at(server, id, &caller) else { return };
    let may = permission::may_pin(server.access(), facts, actor, server.clock.now());
    write(server, id, caller, may, Some(target), EventBody::Pinned { target, on });
}

pub fn topic(server: &mut ChatServer, id: RoomId, caller: Caller, topic: Topic) {
    let Some((_, facts, actor)) = look_at(server, id, &caller) else { return };
    let may = permission::may_set_topic(server.access(), facts, actor, server.clock.now());
    write(server, id, caller, may, None, EventBody::Topic { topic });
}

pub fn change(
    server: &mut ChatServer,
    id: RoomId,
    caller: Caller,
    description: Option<Description>,
    archived: Option<bool>,
) {
    let Some((_, facts, actor)) = look_at(server, id, &caller) else { return };
    let (access, now) = (server.access(), server.clock.now());
    let may_describe = || permission::may_describe(access, facts, actor, now);
    let may_archive = || permission::may_archive(access, facts, actor);
    let may = description.as_ref().map_or(Ok(()), |_| may_describe()).and(archived.map_or(Ok(()), |_| may_archive()));
    write(server, id, caller, may, None, EventBody::Changed { description, archived });
}

fn write(
    server: &mut ChatServer,
    id: RoomId,
    caller: Caller,
    may: Result<(), Refusal>,
    target: Option<Seq>,
    body: EventBody,
) {
    if let Err(refusal) = may {
        return refuse(server, caller, refusal);
    }
    let Some(room) = server.rooms.get(&id) else { return };
    let last = room.info.last_seq;
    if target.is_some_and(|target| target == 0 || target > last) {
        return server.ports.answer(caller.reply, Err(Problem::from(Refusal::NoSuchMessage)));
    }
    let draft = Draft {
        room: id,
        room_name: room.info.name.clone(),
        author: Author::from(&*caller.person),
        at: server.clock.now(),
        body,
        calls: Vec::new(),
    };
    if let Err(purpose) = server.write(draft, Purpose::Request(caller.reply)) {
        not_written(server, purpose);
    }
}
