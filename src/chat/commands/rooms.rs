//! `rooms`: the rooms one may see. Read from the database, then corrected by what is in memory.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use crate::domain::ids::RoomId;
use crate::domain::permission::{self, Actor, LOBBY, RoomFacts};
use crate::domain::person::Person;
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
    let facts = RoomFacts { kind: listed.info.kind, is_lobby: listed.info.name.as_str() == LOBBY };
    let actor = Actor { standing: person.standing, membership: listed.membership };
    permission::may_read(server.access(), facts, actor).is_ok()
}

fn entry(server: &ChatServer, listed: ListedRoom) -> RoomEntry {
    let ListedRoom { info, members, membership, other } = listed;
    let live = server.rooms.get(&info.id);
    let last_seq = live.map_or(info.last_seq, |room| room.info.last_seq.max(info.last_seq));
    let read_seq = membership.map_or(0, |stored| {
        let in_memory = live.and_then(|room| room.membership(stored.user)).map_or(0, |live| live.read_seq);
        stored.read_seq.max(in_memory)
    });
    RoomEntry {
        title: other.as_ref().map_or_else(|| info.name.to_string(), |other| other.name.to_string()),
        other_online: other.as_ref().is_some_and(|other| server.people.is_online(other.id)),
        room: info.name,
        kind: info.kind,
        topic: info.topic,
        member: membership.is_some(),
        members,
        last_seq,
        read_seq,
        unread: if membership.is_some() { last_seq.saturating_sub(read_seq) } else { 0 },
        online: online(server, info.id),
        other,
    }
}

fn online(server: &ChatServer, room: RoomId) -> usize {
    server.rooms.get(&room).map_or(0, super::super::room::Room::online)
}
