//! `direct`: opens the room of two to ten people, making it when there is none.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::refuse;
use crate::domain::ids::UserId;
use crate::domain::limits;
use crate::domain::membership::Role;
use crate::domain::name::{DIRECT_PREFIX, RoomName};
use crate::domain::permission::{self, Refusal};
use crate::domain::person::Author;
use crate::domain::room::{RoomKind, Topic};
use crate::protocol::error_code::Problem;
use crate::storage::rooms::NewRoom;

pub fn run(server: &mut ChatServer, caller: Caller, mut others: Vec<UserId>) {
    if let Err(refusal) = permission::may_create(server.access(), RoomKind::Direct, caller.person.standing) {
        return refuse(server, caller, refusal);
    }
    if caller.person.is_guest() {
        return refuse(server, caller, Refusal::AccountNeeded);
    }
    others.sort_unstable();
    others.dedup();
    // Whoever names themselves among others means the others; alone there is nobody to talk to.
    others.retain(|other| *other != caller.person.id);
    if others.is_empty() {
        let problem = Problem::field("user", "a direct room takes somebody else");
        return server.ports.answer(caller.reply, Err(problem));
    }
    if others.len() >= limits::DIRECT_PEOPLE {
        let message = format!("a direct room is for {} people at most; make a room instead", limits::DIRECT_PEOPLE);
        return server.ports.answer(caller.reply, Err(Problem::field("users", message)));
    }
    let (me, at) = (Author::from(&*caller.person), server.clock.now());
    server.loader.direct(caller, others, move |others| {
        let members = std::iter::once(me.clone()).chain(others).map(|person| (person, Role::Member));
        let members: Vec<(Author, Role)> = members.collect();
        NewRoom {
            name: made_name(members.iter().map(|(person, _)| person.id).collect()),
            kind: RoomKind::Direct,
            topic: Topic::default(),
            made_by: Some(me),
            members,
            at,
        }
    });
}

/// A name nobody chooses: made of all ids, so that it is the same whoever opens the room. It is no secret; whoever is
/// not one of them is told that there is no such room.
fn made_name(mut people: Vec<UserId>) -> RoomName {
    use sha2::{Digest, Sha256};
    people.sort_unstable();
    let digest = people.iter().fold(Sha256::new(), |digest, id| digest.chain_update(id.as_bytes())).finalize();
    // Room names are in lower case; hexadecimal keeps 80 bits of it apart.
    let bits = digest.iter().take(10).fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    RoomName::trusted(format!("{DIRECT_PREFIX}{bits:020x}"))
}
