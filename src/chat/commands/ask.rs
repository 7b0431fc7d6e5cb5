//! What is looked up in a room: a thread, what was put up, what a message said before, who has read it, why the room is
//! unread, and where a day begins.

use super::super::loader::Looked;
use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{look_at, refuse};
use crate::domain::ids::RoomId;
use crate::domain::permission::{self, Refusal};
use crate::protocol::answer::{Answer, Why};
use crate::protocol::command::Question;
use crate::protocol::error_code::Problem;
use crate::storage::StorageResult;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller, question: Question) {
    let Some((room, facts, actor)) = look_at(server, id, &caller) else { return };
    if let Err(refusal) = permission::may_read(server.access(), facts, actor) {
        return refuse(server, caller, refusal);
    }
    let (name, last_seq) = (room.info.name.clone(), room.info.last_seq);
    let read = actor.membership.map(|membership| membership.read).unwrap_or_default();
    if question == Question::Why && actor.membership.is_none() {
        return refuse(server, caller, Refusal::NotMember);
    }
    server.loader.look_up(caller, id, name, question, last_seq, read.seq);
}

/// It was found, or not.
pub fn looked_up(server: &mut ChatServer, caller: Caller, id: RoomId, looked: StorageResult<Looked>) {
    let answer = match looked {
        Ok(Looked::Answer(answer)) => Ok(answer),
        Ok(Looked::Nothing) => Err(Problem::from(Refusal::NoSuchMessage)),
        Ok(Looked::Why { first_unread, mentions }) => why(server, id, &caller, first_unread, mentions),
        Err(error) => {
            log::error!("something in a room could not be looked up: {error}");
            Err(Problem::unavailable())
        }
    };
    server.ports.answer(caller.reply, answer);
}

fn why(
    server: &ChatServer,
    id: RoomId,
    caller: &Caller,
    first_unread: Option<u64>,
    mentions: Vec<u64>,
) -> Result<Answer, Problem> {
    let room = server.rooms.get(&id).ok_or_else(Problem::unavailable)?;
    let member = room.membership(caller.person.id).ok_or(Refusal::NotMember)?;
    Ok(Answer::Why(Why {
        room: room.info.name.clone(),
        last_seq: room.info.last_seq,
        messages: room.info.messages,
        read_seq: member.read.seq,
        read_messages: member.read.n,
        unread: room.info.messages.saturating_sub(member.read.n),
        first_unread,
        mentions,
        level: member.level,
    }))
}
