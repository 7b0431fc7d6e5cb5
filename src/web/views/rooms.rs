//! The context of `pages/rooms.html`.

use serde::Serialize;

use super::forms::PersonView;
use super::{PageView, SidebarView, url};
use crate::protocol::answer::RoomEntry;

/// All rooms one may see, the people one may write to, and the form that makes a room.
#[derive(Debug, Serialize)]
pub struct RoomsPage {
    /// What every page needs.
    pub page: PageView,
    /// The list of rooms at the side.
    pub sidebar: SidebarView,
    /// Every room that is not a direct one; those that are archived last.
    pub rooms: Vec<ListedRoomView>,
    /// What was looked for, or nothing.
    pub filter: String,
    /// The form.
    pub create: CreateForm,
    /// Everybody else with an account.
    pub people: Vec<ListedPersonView>,
}

/// A room in the list.
#[derive(Debug, Serialize)]
pub struct ListedRoomView {
    /// Its name.
    pub name: String,
    /// What to show.
    pub title: String,
    /// `public` or `private`.
    pub kind: String,
    /// Its page.
    pub url: String,
    /// Its topic, or nothing.
    pub topic: String,
    /// How many members it has.
    pub members: u64,
    /// How many people are connected to it.
    pub online: usize,
    /// The viewer is one.
    pub is_member: bool,
    /// The viewer may become one.
    pub can_join: bool,
    /// Nobody writes into it any more.
    pub archived: bool,
}

impl ListedRoomView {
    /// Shows a room to an account or to somebody else.
    #[must_use]
    pub fn new(entry: &RoomEntry, is_account: bool) -> Self {
        Self {
            name: entry.room.to_string(),
            title: entry.title.clone(),
            kind: entry.kind.to_string(),
            url: url::of_entry(entry),
            topic: entry.topic.to_string(),
            members: entry.members,
            online: entry.online,
            is_member: entry.member,
            can_join: is_account && !entry.member && !entry.archived,
            archived: entry.archived,
        }
    }
}

/// What was typed into the form that makes a room.
#[derive(Debug, Default, Serialize)]
pub struct CreateForm {
    /// The viewer may make one.
    pub allowed: bool,
    /// What was typed.
    pub name_value: String,
    /// What was typed.
    pub topic_value: String,
    /// What was chosen: `public` or `private`.
    pub kind_value: String,
    /// What is wrong with the name.
    pub name_error: String,
    /// What is wrong with the topic.
    pub topic_error: String,
}

/// A person in the list.
#[derive(Debug, Serialize)]
pub struct ListedPersonView {
    /// Who.
    #[serde(flatten)]
    pub person: PersonView,
    /// The direct room with them.
    pub direct_url: String,
    /// Their card.
    pub card_url: String,
    /// Known to be connected.
    pub online: bool,
    /// Chosen for a conversation.
    pub chosen: bool,
}
