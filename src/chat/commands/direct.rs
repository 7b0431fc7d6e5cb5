//! `direct`: opens the room of two people, making it when there is none.

use super::super::reply::Caller;
use super::super::server::ChatServer;
use super::refuse;
use crate::domain::ids::UserId;
use crate::domain::membership::Role;
use crate::domain::name::{DIRECT_PREFIX, RoomName};
use crate::domain::permission::{self, Refusal};
use crate::domain::person::Author;
use crate::domain::room::{RoomKind, Topic};
use crate::protocol::error_code::Problem;
use crate::storage::rooms::NewRoom;

pub fn run(server: &mut ChatServer, caller: Caller, other: UserId) {
    if let Err(refusal) = permission::may_create(server.access(), RoomKind::Direct, caller.person.standing) {
        return refuse(server, caller, refusal);
    }
    if caller.person.is_guest() {
        return refuse(server, caller, Refusal::AccountNeeded);
    }
    if caller.person.id == other {
        let problem = Problem::field("user", "a direct room takes somebody else");
        return server.ports.answer(caller.reply, Err(problem));
    }
    let (me, at) = (Author::from(&*caller.person), server.clock.now());
    server.loader.direct(caller, other, move |other| NewRoom {
        name: made_name(me.id, other.id),
        kind: RoomKind::Direct,
        topic: Topic::default(),
        made_by: Some(me.clone()),
        members: vec![(me, Role::Member), (other, Role::Member)],
        at,
    });
}

/// A name nobody chooses: made of both ids, so that it is the same whoever opens the room. It is no secret; whoever is
/// not one of the two is told that there is no such room.
fn made_name(one: UserId, other: UserId) -> RoomName {
    use sha2::{Digest, Sha256};
    let (first, second) = if one < other { (one, other) } else { (other, one) };
    let digest = Sha256::new().chain_update(first.as_bytes()).chain_update(second.as_bytes()).finalize();
    // Room names are in lower case; hexadecimal keeps 80 bits of it apart.
    let bits = digest.iter().take(10).fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    RoomName::trusted(format!("{DIRECT_PREFIX}{bits:020x}"))
}
