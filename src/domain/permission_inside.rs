//! What somebody may do among the people of a room: come in, be seen, ask others in, keep them out, speak to them in private.
//! One pure function for each, like those of [`super::permission`].

use super::access::Access;
use super::permission::{Actor, Refusal, RoomFacts, keeps_order, may_enter, may_read, moderates_server, runs_server};
use super::person::Standing;
use super::room::RoomKind;

/// How somebody comes to a room they are not in.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Arrival {
    /// Somebody who keeps order there has asked them in.
    pub is_invited: bool,
    /// A ban by mask speaks of them.
    pub is_masked: bool,
    /// The room takes invitations only.
    pub invite_only: bool,
    /// They do not know its key.
    pub lacks_key: bool,
    /// As many are there as may be.
    pub is_full: bool,
}

/// May this person come into the room, so that they are seen there? Members always may, and those who keep order on the
/// server.
///
/// # Errors
/// As [`may_read`], then what stands in their way.
pub fn may_come_in(access: Access, room: RoomFacts, actor: Actor, arrival: Arrival) -> Result<(), Refusal> {
    may_read(access, room, actor)?;
    let is_member = matches!(actor.standing, Standing::Account(_)) && actor.membership.is_some();
    if is_member || runs_server(actor) || moderates_server(actor) {
        return Ok(());
    }
    match arrival {
        Arrival { is_masked: true, is_invited: false, .. } => Err(Refusal::Banned),
        Arrival { invite_only: true, is_invited: false, .. } => Err(Refusal::InviteNeeded),
        Arrival { lacks_key: true, .. } => Err(Refusal::KeyNeeded),
        Arrival { is_full: true, is_invited: false, .. } => Err(Refusal::RoomFull),
        _ => Ok(()),
    }
}

/// May this person set rules for the room: who comes in, who writes, who is kept out?
///
/// # Errors
/// As [`may_slow`].
pub fn may_rule(access: Access, room: RoomFacts, actor: Actor) -> Result<(), Refusal> {
    may_read(access, room, actor)?;
    match room.kind {
        RoomKind::Direct => Err(Refusal::DirectRoom),
        _ if keeps_order(actor) => Ok(()),
        _ => Err(Refusal::RoleNeeded),
    }
}

/// May this person give somebody in the room a voice, or a guest a part in keeping order, for as long as they are there?
///
/// # Errors
/// As [`may_rule`].
pub fn may_entrust(access: Access, room: RoomFacts, actor: Actor) -> Result<(), Refusal> {
    may_rule(access, room, actor)
}

/// May this person send a guest out of the room? Among guests those who keep order are equals.
///
/// # Errors
/// As [`may_rule`].
pub fn may_send_out(access: Access, room: RoomFacts, actor: Actor) -> Result<(), Refusal> {
    may_rule(access, room, actor)
}

/// May this person ask somebody in? Whoever is there, and in a room for the invited whoever keeps order.
///
/// # Errors
/// As [`may_read`], then what it takes.
pub fn may_ask_in(
    access: Access,
    room: RoomFacts,
    actor: Actor,
    is_here: bool,
    invite_only: bool,
) -> Result<(), Refusal> {
    may_read(access, room, actor)?;
    match room.kind {
        RoomKind::Direct => Err(Refusal::DirectRoom),
        _ if !is_here => Err(Refusal::NotHere),
        RoomKind::Private => may_rule(access, room, actor),
        RoomKind::Public if invite_only => may_rule(access, room, actor),
        RoomKind::Public => Ok(()),
    }
}

/// May these two exchange lines that nobody stores? Two accounts have a direct room; a line to or from a guest lasts as
/// long as the guest.
///
/// # Errors
/// Guests who may not be here.
pub fn may_whisper(access: Access, from: Standing, to: Standing) -> Result<(), Refusal> {
    may_enter(access, from).and(may_enter(access, to))
}

/// May this person see that somebody is in a room? To strangers a room that stands in no list is not told of.
#[must_use]
pub fn may_see_inside(access: Access, room: RoomFacts, actor: Actor, is_here: bool, hidden: bool) -> bool {
    may_read(access, room, actor).is_ok() && (is_here || !hidden || runs_server(actor) || moderates_server(actor))
}

#[cfg(test)]
mod tests {
    use super::super::access::{GuestAccess, Registration};
    use super::super::ids::UserId;
    use super::super::membership::{Mark, Membership, Role};
    use super::super::person::SiteRole;
    use super::*;
    use uuid::Uuid;

    const OPEN: Access =
        Access { demo: false, guests: GuestAccess::Open, registration: Registration::Invite, quarantine_hours: 0 };
    const PUBLIC: RoomFacts = RoomFacts::new(RoomKind::Public);
    const GUEST: Actor = Actor { standing: Standing::Guest, membership: None };

    fn with_role(standing: Standing, role: Role) -> Actor {
        Actor { standing, membership: Some(Membership::new(UserId(Uuid::nil()), role, Mark::default())) }
    }

    #[test]
    fn what_stands_in_the_way_of_a_stranger_does_not_stop_a_member() {
        let member = with_role(Standing::Account(SiteRole::Member), Role::Member);
        for (arrival, refusal) in [
            (Arrival { is_masked: true, ..Arrival::default() }, Refusal::Banned),
            (Arrival { invite_only: true, ..Arrival::default() }, Refusal::InviteNeeded),
            (Arrival { lacks_key: true, ..Arrival::default() }, Refusal::KeyNeeded),
            (Arrival { is_full: true, ..Arrival::default() }, Refusal::RoomFull),
        ] {
            assert_eq!(may_come_in(OPEN, PUBLIC, GUEST, arrival), Err(refusal));
            assert_eq!(may_come_in(OPEN, PUBLIC, member, arrival), Ok(()));
            let invited = Arrival { is_invited: true, ..arrival };
            let still = if arrival.lacks_key { Err(refusal) } else { Ok(()) };
            assert_eq!(may_come_in(OPEN, PUBLIC, GUEST, invited), still, "a key is asked for all the same");
        }
        let private = RoomFacts::new(RoomKind::Private);
        assert_eq!(may_come_in(OPEN, private, GUEST, Arrival::default()), Err(Refusal::NotFound));
    }

    #[test]
    fn rules_parts_and_sending_out_take_somebody_who_keeps_order() {
        let keeper = with_role(Standing::Guest, Role::Moderator);
        for may in [may_rule, may_entrust, may_send_out] {
            assert_eq!(may(OPEN, PUBLIC, GUEST), Err(Refusal::RoleNeeded));
            assert_eq!(may(OPEN, PUBLIC, keeper), Ok(()));
            assert_eq!(may(OPEN, RoomFacts::new(RoomKind::Direct), keeper), Err(Refusal::DirectRoom));
        }
    }

    #[test]
    fn whoever_is_there_asks_in_unless_the_room_is_for_the_invited() {
        let keeper = with_role(Standing::Guest, Role::Moderator);
        assert_eq!(may_ask_in(OPEN, PUBLIC, GUEST, false, false), Err(Refusal::NotHere));
        assert_eq!(may_ask_in(OPEN, PUBLIC, GUEST, true, false), Ok(()));
        assert_eq!(may_ask_in(OPEN, PUBLIC, GUEST, true, true), Err(Refusal::RoleNeeded));
        assert_eq!(may_ask_in(OPEN, PUBLIC, keeper, true, true), Ok(()));
    }

    #[test]
    fn a_hidden_room_is_seen_by_those_who_are_in_it() {
        assert!(may_see_inside(OPEN, PUBLIC, GUEST, false, false));
        assert!(!may_see_inside(OPEN, PUBLIC, GUEST, false, true));
        assert!(may_see_inside(OPEN, PUBLIC, GUEST, true, true));
        assert!(!may_see_inside(OPEN, RoomFacts::new(RoomKind::Private), GUEST, false, false));
    }

    #[test]
    fn guests_whisper_where_they_may_be() {
        let off = Access { guests: GuestAccess::Off, ..OPEN };
        assert_eq!(may_whisper(OPEN, Standing::Guest, Standing::Guest), Ok(()));
        assert_eq!(may_whisper(off, Standing::Guest, Standing::Guest), Err(Refusal::GuestsOff));
    }
}
