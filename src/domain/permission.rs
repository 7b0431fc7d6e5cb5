//! What somebody may do: one pure function per action, the same for every door.
//!
//! To a stranger a private or direct room does not exist: every refusal there is [`Refusal::NotFound`].

use derive_more::{Display, Error};

use super::access::{Access, GuestAccess};
use super::clock::Timestamp;
use super::grant::Scope;
use super::membership::{Membership, Role};
use super::person::{SiteRole, Standing};
use super::room::RoomKind;

/// The room every server has.
pub const LOBBY: &str = "lobby";

/// Why an action was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
pub enum Refusal {
    /// It does not exist, or it must look so.
    #[display("there is no such room, or you may not see it")]
    NotFound,
    /// Guests are off.
    #[display("guests are not welcome here; log in")]
    GuestsOff,
    /// It takes an account.
    #[display("guests may not do this; log in")]
    AccountNeeded,
    /// Shut out of the room.
    #[display("you are banned from this room")]
    Banned,
    /// Not allowed to write for a while.
    #[display("you are muted in this room until {until}")]
    Muted {
        /// When the mute ends.
        until: Timestamp,
    },
    /// Writing takes a membership.
    #[display("join the room first")]
    NotMember,
    /// The role is not high enough.
    #[display("only an owner or a moderator of the room may do this")]
    RoleNeeded,
    /// It takes somebody who keeps order on the whole server.
    #[display("only a moderator or an admin of this server may do this")]
    ModeratorNeeded,
    /// May read and not write.
    #[display("you may read here and not write; ask an admin why")]
    Silenced,
    /// New accounts may not do everything at once.
    #[display("new accounts cannot send links or begin direct conversations yet; try again later, or ask a moderator")]
    Quarantined,
    /// Messages follow each other too quickly.
    #[display("this room is in slow mode; wait {seconds} s before your next message")]
    SlowMode {
        /// How long to wait.
        seconds: u64,
    },
    /// It takes an admin.
    #[display("only an admin of this server may do this")]
    AdminNeeded,
    /// Nothing can be added to a direct room, and nobody leaves one.
    #[display("a direct room always has the same people")]
    DirectRoom,
    /// Nobody writes into an archived room.
    #[display("this room is archived: it can be read, and nothing more can be written")]
    Archived,
    /// There is no message of that number, or it was deleted.
    #[display("there is no such message in this room, or it was deleted")]
    NoSuchMessage,
    /// Only the author changes a text.
    #[display("only its author may change a message")]
    NotAuthor,
    /// A message has room for so many different emoji only.
    #[display("this message has {} different emoji; pick one of those", super::limits::EMOJI_PER_MESSAGE)]
    TooManyEmoji,
    /// It takes the owner.
    #[display("only the owner of the room may do this")]
    OwnerNeeded,
    /// The lobby and direct rooms stay open.
    #[display("this room cannot be archived")]
    CannotArchive,
    /// The lobby and direct rooms stay.
    #[display("this room cannot be deleted")]
    CannotDelete,
    /// Roles go downwards only.
    #[display("this person's role is not below yours")]
    NotBelow,
    /// An owner who left would leave the room alone.
    #[display("you own this room; hand it over before you leave")]
    OwnerStays,
    /// A room in which not everybody writes.
    #[display("this room is moderated: only those with a voice write here")]
    Moderated,
    /// Nobody comes in by themselves.
    #[display("this room is for those who were invited; ask somebody in it")]
    InviteNeeded,
    /// It has a key.
    #[display("this room has a key: join it with the right `key`, which those in the room know")]
    KeyNeeded,
    /// No place is left.
    #[display("this room is full; try again later")]
    RoomFull,
    /// One has to be in the room.
    #[display("you are not in this room")]
    NotHere,
    /// Nobody can be told who is not there.
    #[display("this person is not here")]
    Absent,
    /// The token may do less.
    #[display("this token may not do this; it takes one with the scope {needed}")]
    ScopeNeeded {
        /// What it takes.
        needed: Scope,
    },
    /// The token is for some rooms, and this is in none of them.
    #[display("this token is good for some rooms only; it takes one for all rooms")]
    SomeRoomsOnly,
    /// The token, or what vouched for the person, is past its time.
    #[display("this login has ended; log in again")]
    LoginEnded,
}

/// What the functions have to know of a room.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct RoomFacts {
    /// Public, private or direct.
    pub kind: RoomKind,
    /// The room called `lobby`.
    pub is_lobby: bool,
    /// Closed for good.
    pub archived: bool,
    /// Writing takes a voice.
    pub moderated: bool,
    /// The topic is everybody's.
    pub open_topic: bool,
    /// What would keep this guest from coming in, who is not in the room.
    pub bar: Option<Refusal>,
}

impl RoomFacts {
    /// A room of this kind of which nothing else is known.
    #[must_use]
    pub const fn new(kind: RoomKind) -> Self {
        Self { kind, is_lobby: false, archived: false, moderated: false, open_topic: false, bar: None }
    }
}

/// What the functions have to know of the person.
#[derive(Debug, Clone, Copy)]
pub struct Actor {
    /// Guest or account.
    pub standing: Standing,
    /// What they are in the room in question; `None` when nothing.
    pub membership: Option<Membership>,
}

impl Actor {
    fn is_active_member(&self) -> bool {
        self.membership.is_some_and(|m| !m.banned)
    }

    fn has_voice(&self) -> bool {
        self.membership.is_some_and(|m| !m.banned && m.voice)
    }

    fn is_banned(&self) -> bool {
        self.membership.is_some_and(|m| m.banned)
    }
}

/// May this person connect at all?
///
/// # Errors
/// Guests, when they are off.
pub fn may_enter(access: Access, standing: Standing) -> Result<(), Refusal> {
    match standing {
        Standing::Guest if access.guests == GuestAccess::Off => Err(Refusal::GuestsOff),
        _ => Ok(()),
    }
}

/// May this person read the room: its history, its people, what happens in it?
///
/// # Errors
/// `NotFound` for a room that is not theirs to see, `Banned` in a public one.
pub fn may_read(access: Access, room: RoomFacts, actor: Actor) -> Result<(), Refusal> {
    may_enter(access, actor.standing)?;
    match (room.kind, actor.standing) {
        (RoomKind::Private | RoomKind::Direct, _) if !actor.is_active_member() => Err(Refusal::NotFound),
        (RoomKind::Public, Standing::Guest) if access.guests == GuestAccess::Lobby && !room.is_lobby => {
            Err(Refusal::NotFound)
        }
        (RoomKind::Public, _) if actor.is_banned() => Err(Refusal::Banned),
        _ => Ok(()),
    }
}

/// May this person become a member, if not one already?
///
/// # Errors
/// As [`may_read`]; guests are never members.
pub fn may_join(access: Access, room: RoomFacts, actor: Actor) -> Result<(), Refusal> {
    may_read(access, room, actor)?;
    match actor.standing {
        Standing::Guest => Err(Refusal::AccountNeeded),
        Standing::Account(_) => Ok(()),
    }
}

/// May this person write? Accounts write where they are members, guests where they may come in.
///
/// # Errors
/// As [`may_read`], then `NotMember`, `Muted`, or what keeps the guest out.
pub fn may_post(access: Access, room: RoomFacts, actor: Actor, now: Timestamp) -> Result<(), Refusal> {
    may_read(access, room, actor)?;
    match (actor.standing, actor.membership) {
        _ if room.archived => Err(Refusal::Archived),
        _ if room.moderated && !keeps_order(actor) && !actor.has_voice() => Err(Refusal::Moderated),
        (Standing::Account(_), None) => Err(Refusal::NotMember),
        (Standing::Account(_), Some(Membership { muted_until: Some(until), .. })) if until > now => {
            Err(Refusal::Muted { until })
        }
        (Standing::Guest, None) => room.bar.map_or(Ok(()), Err),
        (Standing::Account(_) | Standing::Guest, Some(_)) => Ok(()),
    }
}

/// May this person take back a message of somebody else, and put messages up? In a direct room all are equals: each puts
/// up what they like, and nobody touches the words of another.
///
/// # Errors
/// As [`may_post`], then `RoleNeeded`.
pub fn may_pin(access: Access, room: RoomFacts, actor: Actor, now: Timestamp) -> Result<(), Refusal> {
    may_post(access, room, actor, now)?;
    if room.kind == RoomKind::Direct || keeps_order(actor) { Ok(()) } else { Err(Refusal::RoleNeeded) }
}

/// Is this person one who keeps order in the room, and may take back what others wrote?
#[must_use]
pub fn may_moderate(room: RoomFacts, actor: Actor) -> bool {
    room.kind != RoomKind::Direct && keeps_order(actor)
}

/// May this person call everybody in the room at once?
#[must_use]
pub fn may_call_everyone(room: RoomFacts, actor: Actor) -> bool {
    room.kind == RoomKind::Direct || keeps_order(actor)
}

/// May this person change the topic and the description?
///
/// # Errors
/// As [`may_post`], then `RoleNeeded`.
pub fn may_describe(access: Access, room: RoomFacts, actor: Actor, now: Timestamp) -> Result<(), Refusal> {
    may_pin(access, room, actor, now)
}

/// May this person change the topic? In a room with an open topic whoever may write.
///
/// # Errors
/// As [`may_describe`].
pub fn may_set_topic(access: Access, room: RoomFacts, actor: Actor, now: Timestamp) -> Result<(), Refusal> {
    if room.open_topic { may_post(access, room, actor, now) } else { may_describe(access, room, actor, now) }
}

/// May this person slow the room down? Whoever keeps order there, and never in a direct room.
///
/// # Errors
/// As [`may_post`], then `RoleNeeded`.
pub fn may_slow(access: Access, room: RoomFacts, actor: Actor, now: Timestamp) -> Result<(), Refusal> {
    may_post(access, room, actor, now)?;
    match room.kind {
        RoomKind::Direct => Err(Refusal::DirectRoom),
        _ if keeps_order(actor) => Ok(()),
        _ => Err(Refusal::RoleNeeded),
    }
}

/// May this person archive the room, or open it again?
///
/// # Errors
/// As [`may_read`]; `OwnerNeeded` for everybody but its owner and those who run the server; never a direct room or the
/// lobby, without which nobody could come in.
pub fn may_archive(access: Access, room: RoomFacts, actor: Actor) -> Result<(), Refusal> {
    may_read(access, room, actor)?;
    if room.kind == RoomKind::Direct || room.is_lobby {
        return Err(Refusal::CannotArchive);
    }
    if owns(actor) || (runs_server(actor) && room.kind == RoomKind::Public) {
        Ok(())
    } else {
        Err(Refusal::OwnerNeeded)
    }
}

/// May this room be deleted, by whoever runs the server?
///
/// # Errors
/// Never a direct room, which is nobody else's business, nor the lobby, without which nobody could come in.
pub fn may_be_deleted(room: RoomFacts) -> Result<(), Refusal> {
    if room.kind == RoomKind::Direct || room.is_lobby { Err(Refusal::CannotDelete) } else { Ok(()) }
}

/// May this person give `other`, who has `role`, the role `wanted`?
///
/// # Errors
/// As [`may_read`]; it takes the owner, or for a public room somebody who runs the server.
pub fn may_appoint(access: Access, room: RoomFacts, actor: Actor) -> Result<(), Refusal> {
    may_read(access, room, actor)?;
    match room.kind {
        RoomKind::Direct => Err(Refusal::DirectRoom),
        RoomKind::Public if runs_server(actor) => Ok(()),
        _ if owns(actor) => Ok(()),
        _ => Err(Refusal::OwnerNeeded),
    }
}

/// May this person end the membership of somebody with this role?
///
/// # Errors
/// As [`may_read`]; it takes somebody who keeps order, and of a higher role.
pub fn may_remove(access: Access, room: RoomFacts, actor: Actor, role: Role) -> Result<(), Refusal> {
    may_read(access, room, actor)?;
    if room.kind == RoomKind::Direct {
        return Err(Refusal::DirectRoom);
    }
    if room.kind == RoomKind::Public && (runs_server(actor) || (moderates_server(actor) && role < Role::Moderator)) {
        return Ok(());
    }
    match actor.membership {
        Some(own) if !own.banned && own.role < Role::Moderator => Err(Refusal::RoleNeeded),
        Some(own) if own.role <= role => Err(Refusal::NotBelow),
        Some(_) => Ok(()),
        None => Err(Refusal::NotMember),
    }
}

pub(super) fn keeps_order(actor: Actor) -> bool {
    runs_server(actor)
        || moderates_server(actor)
        || actor.membership.is_some_and(|own| !own.banned && own.role >= Role::Moderator)
}

fn owns(actor: Actor) -> bool {
    actor.membership.is_some_and(|own| !own.banned && own.role == Role::Owner)
}

pub(super) fn moderates_server(actor: Actor) -> bool {
    matches!(actor.standing, Standing::Account(SiteRole::Moderator))
}

pub(super) fn runs_server(actor: Actor) -> bool {
    matches!(actor.standing, Standing::Account(SiteRole::Admin | SiteRole::Owner))
}

/// May this person make a room of this kind?
///
/// # Errors
/// Guests make public rooms where they are `open`, and nothing else.
pub fn may_create(access: Access, kind: RoomKind, standing: Standing) -> Result<(), Refusal> {
    may_enter(access, standing)?;
    match standing {
        Standing::Account(_) => Ok(()),
        Standing::Guest if kind == RoomKind::Public && access.guests == GuestAccess::Open => Ok(()),
        Standing::Guest => Err(Refusal::AccountNeeded),
    }
}

/// May this person add another account to the room, or make an invite into it?
///
/// # Errors
/// Members add to public rooms; private ones take an owner or a moderator; direct rooms take nobody.
pub fn may_add(access: Access, room: RoomFacts, actor: Actor) -> Result<(), Refusal> {
    may_read(access, room, actor)?;
    if actor.standing == Standing::Guest {
        return Err(Refusal::AccountNeeded);
    }
    match (room.kind, actor.membership) {
        (RoomKind::Direct, _) => Err(Refusal::DirectRoom),
        (_, None) => Err(Refusal::NotMember),
        (RoomKind::Private, Some(m)) if m.role < Role::Moderator => Err(Refusal::RoleNeeded),
        _ => Ok(()),
    }
}

/// May this person give up the membership?
///
/// # Errors
/// Not in a direct room; not the owner of a private room, who would leave it without one.
pub fn may_leave(access: Access, room: RoomFacts, actor: Actor) -> Result<(), Refusal> {
    may_read(access, room, actor)?;
    match (room.kind, actor.membership) {
        (RoomKind::Direct, _) => Err(Refusal::DirectRoom),
        (_, None) => Err(Refusal::NotMember),
        (RoomKind::Private, Some(m)) if m.role == Role::Owner => Err(Refusal::OwnerStays),
        _ => Ok(()),
    }
}

/// May this person invite somebody to the server?
///
/// # Errors
/// It takes an admin.
pub fn may_invite(standing: Standing) -> Result<(), Refusal> {
    match standing {
        Standing::Account(SiteRole::Admin | SiteRole::Owner) => Ok(()),
        Standing::Account(_) => Err(Refusal::AdminNeeded),
        Standing::Guest => Err(Refusal::AccountNeeded),
    }
}

#[cfg(test)]
mod tests {
    use super::super::access::Registration;
    use super::super::ids::UserId;
    use super::super::membership::Mark;
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp(1_000);

    fn access(guests: GuestAccess) -> Access {
        Access { demo: false, guests, registration: Registration::Invite, quarantine_hours: 0 }
    }

    #[expect(clippy::unnecessary_wraps, reason = "an actor has a membership or none")]
    fn member(role: Role) -> Option<Membership> {
        Some(Membership::new(UserId(Uuid::nil()), role, Mark::default()))
    }

    fn account(membership: Option<Membership>) -> Actor {
        Actor { standing: Standing::Account(SiteRole::Member), membership }
    }

    const GUEST: Actor = Actor { standing: Standing::Guest, membership: None };
    const PUBLIC: RoomFacts = RoomFacts::new(RoomKind::Public);
    const LOBBY_ROOM: RoomFacts = RoomFacts { is_lobby: true, ..PUBLIC };
    const PRIVATE: RoomFacts = RoomFacts::new(RoomKind::Private);
    const DIRECT: RoomFacts = RoomFacts::new(RoomKind::Direct);

    #[test]
    fn a_stranger_is_told_that_a_private_room_does_not_exist() {
        let open = access(GuestAccess::Open);
        for room in [PRIVATE, DIRECT] {
            for actor in
                [GUEST, account(None), Actor { standing: Standing::Account(SiteRole::Owner), membership: None }]
            {
                assert_eq!(may_read(open, room, actor), Err(Refusal::NotFound));
                assert_eq!(may_join(open, room, actor), Err(Refusal::NotFound));
                assert_eq!(may_post(open, room, actor, NOW), Err(Refusal::NotFound));
                assert_eq!(may_add(open, room, actor), Err(Refusal::NotFound));
                assert_eq!(may_leave(open, room, actor), Err(Refusal::NotFound));
            }
        }
    }

    #[test]
    fn guests_read_and_write_only_where_they_are_let_in() {
        assert_eq!(may_post(access(GuestAccess::Off), LOBBY_ROOM, GUEST, NOW), Err(Refusal::GuestsOff));
        assert_eq!(may_post(access(GuestAccess::Lobby), LOBBY_ROOM, GUEST, NOW), Ok(()));
        assert_eq!(may_post(access(GuestAccess::Lobby), PUBLIC, GUEST, NOW), Err(Refusal::NotFound));
        assert_eq!(may_post(access(GuestAccess::Open), PUBLIC, GUEST, NOW), Ok(()));
        assert_eq!(may_create(access(GuestAccess::Open), RoomKind::Public, Standing::Guest), Ok(()));
        assert_eq!(
            may_create(access(GuestAccess::Open), RoomKind::Private, Standing::Guest),
            Err(Refusal::AccountNeeded)
        );
        assert_eq!(
            may_create(access(GuestAccess::Lobby), RoomKind::Public, Standing::Guest),
            Err(Refusal::AccountNeeded)
        );
        assert_eq!(may_join(access(GuestAccess::Open), PUBLIC, GUEST), Err(Refusal::AccountNeeded));
    }

    #[test]
    fn an_account_joins_before_it_writes() {
        let off = access(GuestAccess::Off);
        assert_eq!(may_read(off, PUBLIC, account(None)), Ok(()));
        assert_eq!(may_post(off, PUBLIC, account(None), NOW), Err(Refusal::NotMember));
        assert_eq!(may_post(off, PUBLIC, account(member(Role::Member)), NOW), Ok(()));
    }

    #[test]
    fn the_muted_read_and_the_banned_do_not() {
        let off = access(GuestAccess::Off);
        let muted = account(member(Role::Member).map(|m| Membership { muted_until: Some(Timestamp(2_000)), ..m }));
        let banned = account(member(Role::Member).map(|m| Membership { banned: true, ..m }));

        assert_eq!(may_read(off, PUBLIC, muted), Ok(()));
        assert_eq!(may_post(off, PUBLIC, muted, NOW), Err(Refusal::Muted { until: Timestamp(2_000) }));
        assert_eq!(may_post(off, PUBLIC, muted, Timestamp(2_000)), Ok(()));
        assert_eq!(may_read(off, PUBLIC, banned), Err(Refusal::Banned));
        assert_eq!(may_join(off, PUBLIC, banned), Err(Refusal::Banned));
        assert_eq!(may_read(off, PRIVATE, banned), Err(Refusal::NotFound));
    }

    #[test]
    fn adding_to_a_private_room_takes_a_moderator() {
        let off = access(GuestAccess::Off);
        assert_eq!(may_add(off, PRIVATE, account(member(Role::Member))), Err(Refusal::RoleNeeded));
        assert_eq!(may_add(off, PRIVATE, account(member(Role::Moderator))), Ok(()));
        assert_eq!(may_add(off, PUBLIC, account(member(Role::Member))), Ok(()));
        assert_eq!(may_add(off, DIRECT, account(member(Role::Member))), Err(Refusal::DirectRoom));
    }

    #[test]
    fn nobody_leaves_a_direct_room_and_an_owner_stays_in_a_private_one() {
        let off = access(GuestAccess::Off);
        assert_eq!(may_leave(off, DIRECT, account(member(Role::Member))), Err(Refusal::DirectRoom));
        assert_eq!(may_leave(off, PRIVATE, account(member(Role::Owner))), Err(Refusal::OwnerStays));
        assert_eq!(may_leave(off, PUBLIC, account(member(Role::Owner))), Ok(()));
        assert_eq!(may_leave(off, PUBLIC, account(None)), Err(Refusal::NotMember));
    }

    #[test]
    fn inviting_to_the_server_takes_an_admin() {
        assert_eq!(may_invite(Standing::Guest), Err(Refusal::AccountNeeded));
        assert_eq!(may_invite(Standing::Account(SiteRole::Member)), Err(Refusal::AdminNeeded));
        assert_eq!(may_invite(Standing::Account(SiteRole::Admin)), Ok(()));
    }

    fn any_actor() -> impl Strategy<Value = Actor> {
        let standing = prop_oneof![
            Just(Standing::Guest),
            Just(Standing::Account(SiteRole::Member)),
            Just(Standing::Account(SiteRole::Admin)),
            Just(Standing::Account(SiteRole::Owner)),
        ];
        let role = prop_oneof![Just(Role::Member), Just(Role::Moderator), Just(Role::Owner)];
        let membership = proptest::option::of((role, any::<bool>(), proptest::option::of(0_i64..2_000)));
        (standing, membership).prop_map(|(standing, membership)| Actor {
            standing,
            membership: membership.map(|(role, banned, muted)| Membership {
                banned,
                muted_until: muted.map(Timestamp),
                ..Membership::new(UserId(Uuid::nil()), role, Mark::default())
            }),
        })
    }

    proptest! {
        #[test]
        fn whoever_may_not_read_may_do_nothing_at_all(
            actor in any_actor(),
            guests in prop_oneof![Just(GuestAccess::Off), Just(GuestAccess::Lobby), Just(GuestAccess::Open)],
            kind in prop_oneof![Just(RoomKind::Public), Just(RoomKind::Private), Just(RoomKind::Direct)],
            is_lobby in any::<bool>(),
        ) {
            let (access, room) = (access(guests), RoomFacts { is_lobby, ..RoomFacts::new(kind) });
            if let Err(refusal) = may_read(access, room, actor) {
                prop_assert_eq!(may_join(access, room, actor), Err(refusal));
                prop_assert_eq!(may_post(access, room, actor, NOW), Err(refusal));
                prop_assert_eq!(may_add(access, room, actor), Err(refusal));
                prop_assert_eq!(may_leave(access, room, actor), Err(refusal));
                if kind != RoomKind::Public && refusal != Refusal::GuestsOff {
                    prop_assert_eq!(refusal, Refusal::NotFound, "a hidden room gives itself away");
                }
            }
        }
    }
}
