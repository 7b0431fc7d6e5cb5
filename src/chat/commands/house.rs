//! What those who run the server do in a room without being members of it. Nobody can ask for it over the wire: whoever calls
//! has checked the office and writes it into the audit log.

use super::super::journal::Purpose;
use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::{appoint, become_member, erase, not_written, refuse};
use crate::domain::event::{Draft, EventBody};
use crate::domain::ids::RoomId;
use crate::domain::membership::Role;
use crate::domain::permission::Refusal;
use crate::domain::person::Author;
use crate::domain::room::RoomKind;
use crate::protocol::answer::Answer;
use crate::protocol::command::{Command, HouseAct};
use crate::protocol::error_code::Problem;

pub fn run(server: &mut ChatServer, id: RoomId, caller: Caller, act: HouseAct) {
    let act = match act {
        HouseAct::Admit(who) => return admit(server, id, caller, who),
        HouseAct::Delete => return erase::run(server, id, caller),
        other => other,
    };
    let Some(room) = server.rooms.get(&id) else { return };
    let by = Author::from(&*caller.person);
    let (author, body) = match act {
        HouseAct::TakeBack(target) if target == 0 || target > room.info.last_seq => {
            return server.ports.answer(caller.reply, Err(Problem::from(Refusal::NoSuchMessage)));
        }
        // Done above.
        HouseAct::Admit(_) | HouseAct::Delete => return,
        HouseAct::TakeBack(target) => (by, EventBody::Deleted { target, moderator: true }),
        HouseAct::Archive(_) if room.facts().is_lobby || room.info.kind == RoomKind::Direct => {
            return refuse(server, caller, Refusal::CannotArchive);
        }
        HouseAct::Archive(archived) => (by, EventBody::Changed { description: None, archived: Some(archived) }),
        HouseAct::Owner(who) => match room.membership(who.id).filter(|found| !found.banned) {
            Some(_) => (who, EventBody::Role { role: Role::Owner, by }),
            None => return server.ports.answer(caller.reply, Err(appoint::no_member())),
        },
    };
    let room_name = room.info.name.clone();
    let draft = Draft { room: id, room_name, author, at: server.clock.now(), body, calls: Vec::new() };
    if let Err(purpose) = server.write(draft, Purpose::Request(caller.reply)) {
        not_written(server, purpose);
    }
}

/// Nobody comes into a direct room, and nobody comes back who was banned.
fn admit(server: &mut ChatServer, id: RoomId, caller: Caller, who: Author) {
    let Some(room) = server.rooms.get(&id) else { return };
    let refusal = match room.membership(who.id) {
        Some(found) if found.banned => Refusal::Banned,
        Some(_) => return server.ports.answer(caller.reply, Ok(Answer::Done)),
        None if room.info.kind == RoomKind::Direct => Refusal::DirectRoom,
        None => {
            let again = Command::House { room: room.info.name.clone(), act: HouseAct::Admit(who.clone()) };
            return become_member(server, id, who, None, caller, again);
        }
    };
    refuse(server, caller, refusal);
}
