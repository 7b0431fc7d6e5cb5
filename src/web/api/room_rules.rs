//! The rules of a room in requests and answers of [`super::rooms`].

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::extract::Whole;
use super::openapi::texts;
use crate::domain::room_rules::{MOST_PEOPLE, RoomKey, RuleChange};
use crate::protocol::answer::RoomLook;
use crate::protocol::error_code::Problem;

/// Who comes into a room and who writes there.
#[derive(Serialize, ToSchema)]
#[schema(as = RoomRules)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Rules<'a> {
    /// Only owners, moderators and those with a voice write.
    moderated: bool,
    /// Whoever writes may change the topic.
    open_topic: bool,
    /// Newcomers take an invitation.
    invite_only: bool,
    /// It stands in no list of those who are not in it.
    hidden: bool,
    /// Newcomers have to know a key.
    has_key: bool,
    /// The key, for those who are in the room.
    #[schema(required = true)]
    key: Option<&'a str>,
    /// Nobody comes in while so many are there.
    #[schema(required = true)]
    most: Option<u32>,
}

impl<'a> From<&'a RoomLook> for Rules<'a> {
    fn from(look: &'a RoomLook) -> Self {
        let rules = &look.rules;
        Self {
            moderated: rules.moderated,
            open_topic: rules.open_topic,
            invite_only: rules.invite_only,
            hidden: rules.hidden,
            has_key: look.has_key,
            key: rules.key.as_ref().map(RoomKey::as_str),
            most: rules.most,
        }
    }
}

/// Rules that are to change; what is not given stays, and `null` takes a key or a limit away.
#[derive(Deserialize, ToSchema)]
#[schema(as = RuleChanges)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "what is not given stays, and `null` is none")]
pub struct NewRules {
    moderated: Option<bool>,
    open_topic: Option<bool>,
    invite_only: Option<bool>,
    hidden: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<texts::RoomKeyText>)]
    key: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<texts::MostPeople>)]
    most: Option<Option<Whole>>,
}

/// Tells `null` from a field that is not there.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl NewRules {
    /// What changes.
    ///
    /// # Errors
    /// When no room can have such a key or such a limit.
    pub fn changes(self) -> Result<Vec<RuleChange>, Problem> {
        let Self { moderated, open_topic, invite_only, hidden, key, most } = self;
        let mut changes = Vec::new();
        changes.extend(moderated.map(RuleChange::Moderated));
        changes.extend(open_topic.map(RuleChange::OpenTopic));
        changes.extend(invite_only.map(RuleChange::InviteOnly));
        changes.extend(hidden.map(RuleChange::Hidden));
        if let Some(key) = key {
            let key = key.map(|key| RoomKey::parse(&key)).transpose();
            changes.push(RuleChange::Key(key.map_err(|error| Problem::field("key", format!("`key`: {error}")))?));
        }
        if let Some(most) = most {
            changes.push(RuleChange::Most(most.map(|Whole(most)| people(most)).transpose()?));
        }
        Ok(changes)
    }
}

fn people(most: u64) -> Result<u32, Problem> {
    let number = u32::try_from(most).ok().filter(|most| (1..=MOST_PEOPLE).contains(most));
    number.ok_or_else(|| Problem::field("most", format!("`most` must be 1 to {MOST_PEOPLE}; null for no limit")))
}
