//! What templates are given: one typed context per template. Views only shape values; they ask nobody.
//!
//! **How to add one:** a struct named after the template, with every field the template reads (a missing one is an
//! error of the template, never a blank), and a sample of it in `samples`.

pub mod api_docs;
pub mod error;
pub(crate) mod escape;
pub mod event;
pub mod forms;
#[cfg(debug_assertions)]
pub mod gallery;
pub mod highlight;
pub mod lookup;
pub mod markdown;
pub mod members;
pub mod message_state;
pub mod preferences;
pub mod prose;
pub mod render;
pub mod room;
pub mod room_settings;
pub mod rooms;
#[cfg(test)]
mod samples;
pub mod search;
pub mod settings;
pub mod sign_in;
mod templates;
pub mod thread;
pub mod time;
pub mod url;

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::access::Access;
use crate::domain::ids::UserId;
use crate::domain::membership::Level;
use crate::domain::permission;
use crate::domain::person::Person;
use crate::domain::room::RoomKind;
use crate::protocol::answer::RoomEntry;
use crate::web::words::language::Language;

/// Hues that avatars come in.
const HUES: u64 = 12;

/// What every page needs.
#[derive(Debug, Clone, Serialize)]
pub struct PageView {
    /// The language, for `lang`.
    pub lang: &'static str,
    /// Its direction, for `dir`.
    pub dir: &'static str,
    /// `auto`, `light` or `dark`.
    pub theme: &'static str,
    /// `cosy` or `compact`.
    pub density: &'static str,
    /// A short tone for what is worth a notification.
    pub sound: bool,
    /// The title of the window.
    pub title: String,
    /// The name of the server.
    pub server_name: String,
    /// What stands before the path of a static file.
    pub assets: String,
    /// The path of the request.
    pub path: String,
    /// No account exists yet.
    pub demo: bool,
    /// The version of the program.
    pub version: &'static str,
    /// One sentence about what has just happened, or nothing.
    pub flash: String,
    /// A line for everybody, or nothing.
    pub notice: String,
    /// The accent colour in six digits, or nothing for the built-in one.
    pub accent: String,
    /// Who is looking.
    pub viewer: ViewerView,
    /// The address of the page, to come back to.
    pub here: String,
    /// What one can choose from.
    pub languages: [LanguageView; Language::ALL.len()],
}

/// A language to choose.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct LanguageView {
    /// Its tag.
    pub tag: &'static str,
    /// What it calls itself.
    pub name: &'static str,
}

impl From<Language> for LanguageView {
    fn from(language: Language) -> Self {
        Self { tag: language.tag(), name: language.name() }
    }
}

/// Who is looking.
#[derive(Debug, Clone, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is one question of the template")]
pub struct ViewerView {
    /// `nobody`, `guest` or `account`.
    pub kind: &'static str,
    /// The id, or nothing.
    pub id: String,
    /// The name, or nothing.
    pub name: String,
    /// For the avatar.
    pub initials: String,
    /// For the avatar.
    pub hue: u64,
    /// Runs the server.
    pub is_admin: bool,
    /// Keeps order on the server: moderators, admins and owners.
    pub keeps_order: bool,
    /// May make a public room.
    pub can_create_rooms: bool,
    /// May invite to the server.
    pub can_invite: bool,
}

impl ViewerView {
    /// Shows who is looking, and what they may do on the server.
    #[must_use]
    pub fn new(person: Option<&Person>, access: Access) -> Self {
        let kind = match person {
            None => "nobody",
            Some(person) if person.is_guest() => "guest",
            Some(_) => "account",
        };
        let may = |check: &dyn Fn(&Person) -> bool| person.is_some_and(check);
        Self {
            kind,
            id: person.map(|person| person.id.to_string()).unwrap_or_default(),
            name: person.map(|person| person.name.to_string()).unwrap_or_default(),
            initials: person.map(|person| initials(person.name.as_str())).unwrap_or_default(),
            hue: person.map_or(0, |person| hue(person.id)),
            is_admin: may(&Person::is_admin),
            keeps_order: may(&Person::keeps_order),
            can_create_rooms: may(&|person| permission::may_create(access, RoomKind::Public, person.standing).is_ok()),
            can_invite: may(&|person| permission::may_invite(person.standing).is_ok()),
        }
    }
}

/// The list of rooms beside a page.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SidebarView {
    /// Public and private rooms.
    pub rooms: Vec<RoomItem>,
    /// Direct rooms.
    pub direct: Vec<RoomItem>,
    /// Those of both kinds that the viewer wants to hear nothing of.
    pub muted: Vec<RoomItem>,
}

/// One room of the sidebar.
#[derive(Debug, Clone, Serialize)]
pub struct RoomItem {
    /// Its name.
    pub name: String,
    /// What to show.
    pub title: String,
    /// `public`, `private` or `direct`.
    pub kind: String,
    /// Its page.
    pub url: String,
    /// Messages above the read cursor.
    pub unread: u64,
    /// How many of them call the viewer.
    pub mentions: u64,
    /// What the viewer wants to be told of: `all`, `mentions` or `nothing`.
    pub level: &'static str,
    /// The number beside its name; 0 for none.
    pub count: u64,
    /// The end of its log.
    pub last_seq: u64,
    /// It is the page that is open.
    pub current: bool,
    /// For the avatar of a direct room.
    pub initials: String,
    /// For the avatar of a direct room.
    pub hue: u64,
    /// Whether the other one of a direct room is connected.
    pub online: bool,
}

impl SidebarView {
    /// Lists a member's rooms, or all that a guest may see; the open room is always among them.
    #[must_use]
    pub fn new(entries: &[RoomEntry], is_account: bool, current: Option<&str>) -> Self {
        let is_current = |entry: &RoomEntry| current == Some(entry.room.as_str());
        let is_mine = |entry: &RoomEntry| !entry.archived && (entry.member || !is_account);
        let shown = entries.iter().filter(|entry| is_mine(entry) || is_current(entry));
        let items = shown.map(|entry| RoomItem { current: is_current(entry), ..RoomItem::new(entry) });
        let (muted, heard): (Vec<_>, Vec<_>) = items.partition(|item| item.level == Level::Nothing.as_str());
        let (direct, rooms) = heard.into_iter().partition(|item| item.kind == "direct");
        Self { rooms, direct, muted }
    }
}

impl RoomItem {
    fn new(entry: &RoomEntry) -> Self {
        Self {
            name: entry.room.to_string(),
            title: entry.title.clone(),
            kind: entry.kind.to_string(),
            url: url::of_entry(entry),
            unread: entry.unread,
            mentions: entry.mentions,
            level: entry.level.as_str(),
            // The same rule as in static/js/elements/room-list.js.
            count: match entry.level {
                Level::All => entry.unread,
                Level::Mentions => entry.mentions,
                Level::Nothing => 0,
            },
            last_seq: entry.last_seq,
            current: false,
            initials: initials(&entry.title),
            hue: entry.other.as_ref().map_or(0, |other| hue(other.id)),
            online: entry.other_online,
        }
    }
}

/// The hue of somebody's avatar: always the same for the same person, on every node and in every release.
#[must_use]
pub fn hue(id: UserId) -> u64 {
    // FNV-1a; the standard hasher may change between releases of Rust.
    let hash = id
        .as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    (hash ^ (hash >> 32)) % HUES
}

/// What stands in an avatar: the first character of the name, and that of a second word if there is one.
#[must_use]
pub fn initials(name: &str) -> String {
    let words = name.split(['-', '_', '.', ' ']).filter_map(|word| word.graphemes(true).next());
    words.take(2).flat_map(str::chars).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_hue_is_one_of_twelve_and_stays() {
        assert_eq!(hue(UserId(Uuid::from_u128(7))), hue(UserId(Uuid::from_u128(7))));
        let seen: std::collections::HashSet<u64> = (0..200).map(|n| hue(UserId(Uuid::from_u128(n)))).collect();
        assert!(seen.len() == 12 && seen.iter().all(|hue| *hue < 12), "{seen:?}");
    }

    #[test]
    fn initials_are_whole_characters() {
        assert_eq!(initials("ann"), "A");
        assert_eq!(initials("jean-luc"), "JL");
        assert_eq!(initials("e\u{301}va"), "E\u{301}");
        assert_eq!(initials("नमस्ते"), "न");
        assert_eq!(initials(""), "");
    }
}
