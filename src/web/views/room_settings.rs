//! The context of `pages/room_settings.html`: what a room is about, who comes in and who writes, who is kept out.

use serde::Serialize;

use super::members::RoomCard;
use super::{PageView, SidebarView};
use crate::protocol::answer::RoomLook;

/// `pages/room_settings.html`
#[derive(Debug, Serialize)]
pub struct RoomSettingsPage {
    /// What every page needs.
    pub page: PageView,
    /// The list of rooms.
    pub sidebar: SidebarView,
    /// The room.
    pub room: RoomCard,
    /// What is wrong with the topic.
    pub topic_error: String,
    /// What is wrong with the description.
    pub description_error: String,
    /// The pauses that can be chosen for slow mode.
    pub slow_choices: Vec<SlowChoice>,
    /// The rules of the room, as they are or as they were typed.
    pub rules: RulesForm,
    /// Who is kept out by mask, if the viewer may let them in again.
    pub masks: Vec<MaskView>,
    /// Who is shut out, if the viewer may let them in again.
    pub banned: Vec<BannedView>,
    /// The section that was saved, or nothing.
    pub saved: String,
}

/// A pause between two messages of one person.
#[derive(Debug, Serialize)]
pub struct SlowChoice {
    /// In seconds; 0 for none.
    pub seconds: u32,
    /// In words.
    pub label: String,
    /// It is so now.
    pub is_present: bool,
}

/// A mask that keeps people out of a room.
#[derive(Debug, Serialize)]
pub struct MaskView {
    /// Whom, as it is written in IRC.
    pub mask: String,
    /// Who set it.
    pub by: String,
}

/// The form that says who comes in and who writes.
#[derive(Debug, Default, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a box of the form")]
pub struct RulesForm {
    /// Only those with a voice write.
    pub moderated: bool,
    /// Everybody who writes may change the topic.
    pub open_topic: bool,
    /// Newcomers take an invitation.
    pub invite_only: bool,
    /// It stands in no list of strangers.
    pub hidden: bool,
    /// The key, or nothing.
    pub key: String,
    /// What is wrong with it.
    pub key_error: String,
    /// There is a key that the viewer may not see, because they are not in the room.
    pub has_unseen_key: bool,
    /// Most people, or nothing.
    pub most: String,
    /// What is wrong with it.
    pub most_error: String,
}

impl RulesForm {
    /// The rules as they are.
    #[must_use]
    pub fn new(look: &RoomLook) -> Self {
        let rules = &look.rules;
        Self {
            moderated: rules.moderated,
            open_topic: rules.open_topic,
            invite_only: rules.invite_only,
            hidden: rules.hidden,
            key: rules.key.as_ref().map(|key| key.as_str().to_owned()).unwrap_or_default(),
            has_unseen_key: look.has_key && rules.key.is_none(),
            most: rules.most.map(|most| most.to_string()).unwrap_or_default(),
            ..Self::default()
        }
    }
}

/// Somebody who is shut out of a room.
#[derive(Debug, Serialize)]
pub struct BannedView {
    /// Who.
    pub id: String,
    /// By name.
    pub name: String,
}
