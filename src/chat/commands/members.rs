//! `members`: the people of a room. Names come from the database, who is connected from memory.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{look_at, refuse};
use crate::domain::ids::RoomId;
use crate::domain::permission;
use crate::protocol::answer::{Answer, MemberEntry, Members};
use crate::protocol::error_code::Problem;
use crate::storage::StorageResult;
use crate::storage::rooms::NamedMember;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller) {
    let Some((_, facts, actor)) = look_at(server, id, &caller) else { return };
    match permission::may_read(server.access(), facts, actor) {
        Ok(()) => server.loader.members(caller, id),
        Err(refusal) => refuse(server, caller, refusal),
    }
}

/// The members have been read; guests who are connected come after them.
pub fn loaded(server: &mut ChatServer, caller: Caller, id: RoomId, members: StorageResult<Vec<NamedMember>>) {
    let answer = match (members, server.rooms.get(&id)) {
        (Ok(members), Some(room)) => {
            let member = |named: NamedMember| MemberEntry {
                id: named.person.id,
                name: named.person.name,
                role: Some(named.membership.role),
                status: room.status_of(named.membership.user),
            };
            let mut entries: Vec<MemberEntry> = members.into_iter().map(member).collect();
            let mut guests: Vec<MemberEntry> = room
                .guests()
                .map(|(author, status)| MemberEntry { id: author.id, name: author.name.clone(), role: None, status })
                .collect();
            guests.sort_by(|one, other| one.name.as_str().cmp(other.name.as_str()));
            entries.append(&mut guests);
            Ok(Answer::Members(Members { room: room.info.name.clone(), members: entries, online: room.online() }))
        }
        (Ok(_), None) => Err(Problem::no_such_room()),
        (Err(error), _) => {
            log::error!("the members of a room could not be read: {error}");
            Err(Problem::unavailable())
        }
    };
    server.ports.answer(caller.reply, answer);
}
