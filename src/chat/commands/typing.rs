//! `typing`: somebody is writing. Told to the others who look at the room, kept nowhere.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{look_at, refuse};
use crate::domain::ids::RoomId;
use crate::domain::permission;
use crate::domain::person::Author;
use crate::protocol::answer::Answer;
use crate::protocol::encode::News;
use crate::protocol::server_frame::Ephemeral;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller) {
    let Some((_, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission::may_post(server.access(), facts, actor, server.clock.now()) {
        return refuse(server, caller, refusal);
    }
    // Whoever looks offline does not write where others can see it, until the message is there.
    let is_hidden = server.profiles.privacy(caller.person.id).hide_presence;
    if let Some(room) = server.rooms.get(&id).filter(|_| !is_hidden) {
        let news = Ephemeral::Typing { room: room.info.name.clone(), user: Author::from(&*caller.person) };
        server.ports.broadcast(room, News::Ephemeral(news), caller.session());
    }
    server.ports.answer(caller.reply, Ok(Answer::Done));
}
