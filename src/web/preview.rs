//! A text as it would look as a message, through the same renderer. It costs as much as a message: whoever tries out
//! thousands of texts is held back like somebody who sends them.

use std::sync::Arc;

use super::api::ask;
use super::state::WebState;
use super::views::prose::ProseView;
use crate::domain::mention::{self, Mentions};
use crate::domain::name::{NameKey, RoomName};
use crate::domain::person::{Author, Person};
use crate::domain::room::RoomKind;
use crate::domain::text::MessageText;
use crate::protocol::command::Command;
use crate::protocol::error_code::Problem;
use crate::storage::{StorageResult, Store};

/// Shows a text. With the room it is meant for, it calls whom the message will call: members, and everybody if the person
/// may; without one, whoever has an account.
///
/// # Errors
/// When the person has written too much lately, there is no such room for them, or names cannot be looked up.
pub async fn render(
    state: &WebState,
    person: Arc<Person>,
    text: &MessageText,
    room: Option<RoomName>,
) -> Result<ProseView, Problem> {
    ask::done(&state.chat, person.clone(), Command::Preview).await?;
    let called = mention::candidates(text.as_str());
    let keys: Vec<NameKey> = called.names.iter().map(|name| NameKey::of(name)).collect();
    let mut mentions = Mentions::NONE;
    if let Some(room) = room {
        let look = ask::look(&state.chat, person.clone(), room).await?;
        mentions.everyone = called.everyone && (look.kind == RoomKind::Direct || look.may_moderate);
        if !keys.is_empty() {
            let members = ask::members(&state.chat, person, look.room).await?.members.into_iter();
            let called = members.filter(|member| member.role.is_some() && keys.contains(&member.name.key()));
            mentions.people = called.map(|member| Author { id: member.id, name: member.name }).collect();
        }
    } else {
        mentions.people = accounts(&*state.store, &keys).await.map_err(|error| {
            log::error!("names could not be looked up for a preview: {error}");
            Problem::unavailable()
        })?;
    }
    Ok(ProseView::new(state.renderer.markdown(), text.as_str(), &mentions))
}

/// The accounts of these names. There are at most fifty.
async fn accounts(store: &dyn Store, keys: &[NameKey]) -> StorageResult<Vec<Author>> {
    let mut people = Vec::new();
    for key in keys {
        if let Some(account) = store.user_by_name(key).await? {
            people.push(Author { id: account.id, name: account.name });
        }
    }
    Ok(people)
}
