//! `members`: the people of a room. Names come from the database, who is connected from memory.

use std::collections::HashMap;

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{look_at, refuse};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{RoomId, UserId};
use crate::domain::permission;
use crate::domain::person::Status;
use crate::protocol::answer::{Answer, MemberEntry, Members};
use crate::protocol::error_code::Problem;
use crate::protocol::server_frame::ShownLine;
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
pub fn loaded(
    server: &mut ChatServer,
    caller: Caller,
    id: RoomId,
    members: StorageResult<Vec<NamedMember>>,
    last_seen: &HashMap<UserId, Timestamp>,
) {
    let answer = match (members, server.rooms.get(&id)) {
        (Ok(members), Some(room)) => {
            let member = |NamedMember { person, membership, is_bot }: NamedMember| {
                let status = room.status_of(person.id);
                let stored = last_seen.get(&person.id).copied();
                let last_seen = server.profiles.last_seen(person.id, stored).filter(|_| status == Status::Offline);
                let line = ShownLine::new(server.profiles.line(person.id));
                let role = Some(membership.role);
                MemberEntry { id: person.id, name: person.name, role, bot: is_bot, status, line, last_seen }
            };
            let mut entries: Vec<MemberEntry> = members.into_iter().map(member).collect();
            let mut guests: Vec<MemberEntry> = room
                .guests()
                .map(|(author, status)| MemberEntry {
                    id: author.id,
                    name: author.name.clone(),
                    role: None,
                    bot: false,
                    status,
                    line: ShownLine::default(),
                    last_seen: None,
                })
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
