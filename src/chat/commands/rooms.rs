//! `rooms`: the rooms one may see. Read from the database, then corrected by what is in memory.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use crate::domain::ids::RoomId;
use crate::domain::membership::Membership;
use crate::domain::permission::{Actor, LOBBY, RoomFacts};
use crate::domain::permission_inside;
use crate::domain::person::{Person, Status};
use crate::protocol::answer::{Answer, RoomEntry};
use crate::protocol::error_code::Problem;
use crate::storage::StorageResult;
use crate::storage::rooms::ListedRoom;

pub fn run(server: &mut ChatServer, caller: Caller) {
    server.loader.rooms(caller);
}

/// The lists have been read.
pub fn loaded(server: &mut ChatServer, caller: Caller, rooms: StorageResult<Vec<ListedRoom>>) {
    let answer = match rooms {
        Ok(rooms) => {
            let visible = rooms.into_iter().filter(|room| may_see(server, &caller.person, room));
            Ok(Answer::Rooms { rooms: visible.map(|room| entry(server, room)).collect() })
        }
        Err(error) => {
            log::error!("the list of rooms could not be read: {error}");
            Err(Problem::unavailable())
        }
    };
    server.ports.answer(caller.reply, answer);
}

fn may_see(server: &ChatServer, person: &Person, listed: &ListedRoom) -> bool {
    let ListedRoom { info, .. } = listed;
    let is_lobby = info.name.as_str() == LOBBY;
    let facts = RoomFacts { is_lobby, archived: info.archived, ..RoomFacts::new(info.kind) };
    let actor = Actor { standing: person.standing, membership: listed.membership };
    // A member knows the room; a stranger who is in it as well.
    let is_known =
        listed.membership.is_some() || server.rooms.get(&info.id).is_some_and(|room| room.is_here(person.id));
    person.grant.covers(info.id)
        && permission_inside::may_see_inside(server.access(), facts, actor, is_known, info.rules.hidden)
}

fn entry(server: &ChatServer, listed: ListedRoom) -> RoomEntry {
    let ListedRoom { info, members, membership, mut others, mentions } = listed;
    let live = server.rooms.get(&info.id);
    // What is in memory is younger than what was read.
    let end = live.map_or(&info, |room| &room.info);
    let (last_seq, messages) = (end.last_seq.max(info.last_seq), end.messages.max(info.messages));
    let (topic, archived) = (end.topic.clone(), end.archived);
    let in_memory = |stored: &Membership| live.and_then(|room| room.membership(stored.user));
    let member = membership.map(|stored| in_memory(&stored).unwrap_or(stored));
    let unread = member.map_or(0, |member| messages.saturating_sub(member.read.n));
    let names: Vec<&str> = others.iter().map(|other| other.name.as_str()).collect();
    RoomEntry {
        title: if names.is_empty() { info.name.to_string() } else { names.join(", ") },
        other_online: others.iter().any(|other| server.shown_status(other.id) != Status::Offline),
        room: info.name,
        kind: info.kind,
        topic,
        archived,
        member: member.is_some(),
        members,
        last_seq,
        read_seq: member.map_or(0, |member| member.read.seq),
        unread,
        // Who has read all of it was called by nothing, whatever the database still says of the cursor.
        mentions: mentions.min(unread),
        level: member.map(|member| member.level).unwrap_or_default(),
        online: online(server, info.id),
        other: if others.len() == 1 { others.pop() } else { None },
        others,
    }
}

fn online(server: &ChatServer, room: RoomId) -> usize {
    server.rooms.get(&room).map_or(0, super::super::room::Room::online)
}
