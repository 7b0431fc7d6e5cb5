//! The table of the handbook that says who may do what in a room, made from the functions that decide it.

use std::fmt::Write;

use super::access::{Access, GuestAccess, Registration};
use super::clock::Timestamp;
use super::ids::UserId;
use super::membership::{Level, Mark, Membership, Role};
use super::permission::{self, Actor, Refusal, RoomFacts};
use super::permission_inside;
use super::person::{SiteRole, Standing};
use super::room::RoomKind;

const DOCUMENT: &str = include_str!("../../docs/OPERATIONS.md");
const NOW: Timestamp = Timestamp(1_000);
const ACCESS: Access =
    Access { demo: false, guests: GuestAccess::Open, registration: Registration::Invite, quarantine_hours: 0 };

type May = fn(RoomFacts, Actor) -> Result<(), Refusal>;

/// What can be done in a room, in words, and the function that decides it.
const ACTS: [(&str, May); 15] = [
    ("read", |room, who| permission::may_read(ACCESS, room, who)),
    ("become a member", |room, who| permission::may_join(ACCESS, room, who)),
    ("write, react, edit and take back one's own", |room, who| permission::may_post(ACCESS, room, who, NOW)),
    ("call everybody with `@room`", |room, who| yes(permission::may_call_everyone(room, who))),
    ("take back messages of others", |room, who| yes(permission::may_moderate(room, who))),
    ("pin", |room, who| permission::may_pin(ACCESS, room, who, NOW)),
    ("change topic and description", |room, who| permission::may_describe(ACCESS, room, who, NOW)),
    ("slow mode", |room, who| permission::may_slow(ACCESS, room, who, NOW)),
    ("set rules", |room, who| permission_inside::may_rule(ACCESS, room, who)),
    ("add others", |room, who| permission::may_add(ACCESS, room, who)),
    ("mute, remove or ban a member", |room, who| permission::may_remove(ACCESS, room, who, Role::Member)),
    ("mute, remove or ban a moderator", |room, who| permission::may_remove(ACCESS, room, who, Role::Moderator)),
    ("give roles", |room, who| permission::may_appoint(ACCESS, room, who)),
    ("archive", |room, who| permission::may_archive(ACCESS, room, who)),
    ("leave", |room, who| permission::may_leave(ACCESS, room, who)),
];

fn yes(may: bool) -> Result<(), Refusal> {
    if may { Ok(()) } else { Err(Refusal::RoleNeeded) }
}

fn member(role: Role, site: SiteRole) -> Actor {
    let user = UserId(uuid::Uuid::from_u128(1));
    let (read, level) = (Mark::default(), Level::default());
    let membership = Membership { user, role, muted_until: None, banned: false, read, level, voice: false };
    Actor { standing: Standing::Account(site), membership: Some(membership) }
}

fn stranger(site: SiteRole) -> Actor {
    Actor { standing: Standing::Account(site), membership: None }
}

/// The columns: who it is.
fn people() -> [(&'static str, Actor); 7] {
    [
        ("guest", Actor { standing: Standing::Guest, membership: None }),
        ("no member", stranger(SiteRole::Member)),
        ("member", member(Role::Member, SiteRole::Member)),
        ("moderator", member(Role::Moderator, SiteRole::Member)),
        ("owner", member(Role::Owner, SiteRole::Member)),
        ("moderator of the server, member", member(Role::Member, SiteRole::Moderator)),
        ("admin of the server, member", member(Role::Member, SiteRole::Admin)),
    ]
}

fn table(kind: RoomKind) -> String {
    let room = RoomFacts::new(kind);
    let people = people();
    let names = people.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" | ");
    let mut table = format!("| in a {kind} room | {names} |\n|---|{}\n", "---|".repeat(people.len()));
    for (act, may) in ACTS {
        let cell = |(_, who): &(&str, Actor)| if may(room, *who).is_ok() { "yes" } else { "no" };
        let cells = people.iter().map(cell).collect::<Vec<_>>().join(" | ");
        writeln!(table, "| {act} | {cells} |").expect("a String takes it");
    }
    table
}

#[test]
fn the_table_of_the_handbook_is_what_is_decided() {
    let made = format!("{}\n{}", table(RoomKind::Public), table(RoomKind::Private));
    let (_, rest) = DOCUMENT.split_once("<!-- rooms: begin -->\n").expect("it has a beginning");
    let (written, _) = rest.split_once("<!-- rooms: end -->").expect("it has an end");
    assert_eq!(written, made, "put this between the two comments of docs/OPERATIONS.md:\n{made}");
}
