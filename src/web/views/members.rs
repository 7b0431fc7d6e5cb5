//! The contexts of the pages beside a room: its people, its settings, and the card of one person.

use jiff::tz::TimeZone;
use serde::Serialize;

use super::forms::PersonView;
use super::{PageView, SidebarView, time, url};
use crate::domain::access::Access;
use crate::domain::clock::Timestamp;
use crate::domain::emoji::Emoji;
use crate::domain::ids::UserId;
use crate::domain::membership::{Level, Mark, Membership, Role};
use crate::domain::permission::{self, Actor, LOBBY, RoomFacts};
use crate::domain::person::{Author, Person, Status};
use crate::domain::room::RoomKind;
use crate::domain::status_line::StatusText;
use crate::protocol::answer::{MemberEntry, RoomEntry, RoomLook};
use crate::web::words::{Words, telling};

/// `pages/members.html`
#[derive(Debug, Serialize)]
pub struct MembersPage {
    /// What every page needs.
    pub page: PageView,
    /// The list of rooms.
    pub sidebar: SidebarView,
    /// The room.
    pub room: RoomCard,
    /// Its people.
    pub members: Vec<MemberView>,
    /// A form of the panel was refused: why.
    pub refused: String,
    /// The name that was typed.
    pub person_value: String,
}

/// `pages/person.html`
#[derive(Debug, Serialize)]
pub struct PersonPage {
    /// What every page needs.
    pub page: PageView,
    /// The list of rooms.
    pub sidebar: SidebarView,
    /// Who.
    pub person: MemberView,
    /// In which room, if the card was opened there; else nothing.
    pub room: Option<RoomCard>,
}

/// A room, and what the viewer may do with it.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is one question of the template")]
pub struct RoomCard {
    /// Its name.
    pub name: String,
    /// What to show.
    pub title: String,
    /// `public`, `private` or `direct`.
    pub kind: String,
    /// Its page.
    pub url: String,
    /// The address that its forms begin with.
    pub base_url: String,
    /// Its topic, or nothing.
    pub topic: String,
    /// What it is for, or nothing.
    pub description: String,
    /// Nobody writes into it any more.
    pub archived: bool,
    /// What the viewer wants to be told of: `all`, `mentions` or `nothing`.
    pub level: &'static str,
    /// The viewer is a member.
    pub is_member: bool,
    /// How many members it has.
    pub count: usize,
    /// How many people are connected to it.
    pub online: usize,
    /// The viewer may become a member.
    pub can_join: bool,
    /// They have to know the key for it.
    pub asks_key: bool,
    /// What keeps them from it, as a sentence, or nothing.
    pub barred: String,
    /// The viewer may end the membership.
    pub can_leave: bool,
    /// The viewer may add others.
    pub can_add_people: bool,
    /// The viewer may change topic and description.
    pub can_describe: bool,
    /// The viewer may archive it.
    pub can_archive: bool,
    /// The viewer may slow it down, and let the banned in again.
    pub can_slow: bool,
    /// The viewer may say who comes in and who writes.
    pub can_rule: bool,
}

impl RoomCard {
    /// Shows a room; `entry` is its place in the viewer's list, if it has one.
    #[must_use]
    pub fn new(look: &RoomLook, entry: Option<&RoomEntry>, words: &Words) -> Self {
        let refusal = look.may_come_in.err().filter(|_| look.may_join.is_ok() && !look.asks_for_key());
        let base_url = url::room(look.room.as_str());
        Self {
            name: look.room.to_string(),
            title: entry.map_or_else(|| look.room.to_string(), |entry| entry.title.clone()),
            kind: look.kind.to_string(),
            url: entry.map_or_else(|| base_url.clone(), url::of_entry),
            base_url,
            topic: look.topic.to_string(),
            description: look.description.to_string(),
            archived: look.archived,
            level: look.level.as_str(),
            is_member: look.role.is_some(),
            count: look.members,
            online: look.online,
            can_join: look.role.is_none() && look.may_become_member(),
            asks_key: look.asks_for_key(),
            barred: refusal.map(|refusal| telling::refusal(words, refusal)).unwrap_or_default(),
            can_leave: look.may_leave.is_ok(),
            can_add_people: look.may_add.is_ok(),
            can_describe: look.may_describe.is_ok(),
            can_archive: look.may_archive.is_ok(),
            can_slow: look.may_slow.is_ok(),
            can_rule: look.may_rule.is_ok(),
        }
    }
}

/// Somebody in the room, and what the viewer may do about it.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is one question of the template")]
pub struct MemberView {
    /// Who.
    #[serde(flatten)]
    pub person: PersonView,
    /// `owner`, `moderator`, `member` or `guest`; nothing outside a room.
    pub role: &'static str,
    /// A program, not a person.
    pub is_bot: bool,
    /// Connected to the room.
    pub online: bool,
    /// `online`, `away`, `busy` or `offline`.
    pub presence: &'static str,
    /// The emoji of their status, or nothing.
    pub status_emoji: String,
    /// The words of their status, or nothing.
    pub status_text: String,
    /// When they were last here, for machines, or nothing.
    pub last_seen: String,
    /// The day of that.
    pub last_seen_day: String,
    /// It is the viewer.
    pub is_self: bool,
    /// The direct room with them, or nothing.
    pub direct_url: String,
    /// Their card, or nothing: guests have none.
    pub card_url: String,
    /// The roles that the viewer may give them.
    pub roles: Vec<&'static str>,
    /// The viewer may end their membership.
    pub can_remove: bool,
}

/// Who looks at the people of a room.
#[derive(Debug, Clone, Copy)]
pub struct Looking<'a> {
    /// The room, as the viewer sees it.
    pub look: &'a RoomLook,
    /// Who looks, if it is somebody with an account.
    pub account: Option<&'a Person>,
    /// What people may do on this server.
    pub access: Access,
}

impl MemberView {
    /// Shows a member to whoever looks.
    #[must_use]
    pub fn new(entry: &MemberEntry, looking: Looking<'_>) -> Self {
        let Looking { look, account, .. } = looking;
        let name = entry.name.to_string();
        let is_self = account.is_some_and(|viewer| viewer.id == entry.id);
        let has_card = entry.role.is_some() && account.is_some();
        let roles = entry.role.filter(|_| look.may_appoint.is_ok()).map(other_roles).unwrap_or_default();
        Self {
            role: entry.role.map_or("guest", Role::as_str),
            is_bot: entry.bot,
            online: entry.status != Status::Offline,
            presence: entry.status.as_str(),
            status_emoji: entry.line.emoji.map_or("", Emoji::as_str).to_owned(),
            status_text: entry.line.text.as_ref().map_or("", StatusText::as_str).to_owned(),
            last_seen: entry.last_seen.map(Timestamp::rfc3339).unwrap_or_default(),
            last_seen_day: entry.last_seen.map(|at| time::date(at, &TimeZone::UTC)).unwrap_or_default(),
            is_self,
            direct_url: if has_card && !is_self { url::direct(&name) } else { String::new() },
            card_url: if has_card { url::person(&name, Some(look.room.as_str())) } else { String::new() },
            roles,
            can_remove: !is_self && entry.role.is_some_and(|role| looking.may_remove(role)),
            person: person_view(entry.id, name),
        }
    }

    /// Shows somebody who is not met in a room.
    #[must_use]
    pub fn outside(Author { id, name }: Author, is_bot: bool, viewer: UserId, online: bool) -> Self {
        let name = name.to_string();
        Self {
            role: "",
            is_bot,
            online,
            presence: if online { Status::Online } else { Status::Offline }.as_str(),
            status_emoji: String::new(),
            status_text: String::new(),
            last_seen: String::new(),
            last_seen_day: String::new(),
            is_self: id == viewer,
            direct_url: if id == viewer { String::new() } else { url::direct(&name) },
            card_url: url::person(&name, None),
            roles: Vec::new(),
            can_remove: false,
            person: person_view(id, name),
        }
    }
}

impl Looking<'_> {
    fn may_remove(&self, role: Role) -> bool {
        let Some(person) = self.account else { return false };
        let room = RoomFacts {
            is_lobby: self.look.room.as_str() == LOBBY,
            archived: self.look.archived,
            ..RoomFacts::new(self.look.kind)
        };
        let membership = self.look.role.map(|role| Membership {
            user: person.id,
            role,
            muted_until: None,
            banned: false,
            read: Mark::default(),
            level: Level::default(),
            voice: false,
        });
        let actor = Actor { standing: person.standing, membership };
        permission::may_remove(self.access, room, actor, role).is_ok() && room.kind != RoomKind::Direct
    }
}

fn other_roles(own: Role) -> Vec<&'static str> {
    let all = [Role::Member, Role::Moderator, Role::Owner];
    all.into_iter().filter(|role| *role != own).map(Role::as_str).collect()
}

fn person_view(id: UserId, name: String) -> PersonView {
    PersonView { id: id.to_string(), initials: super::initials(&name), hue: super::hue(id), name }
}
