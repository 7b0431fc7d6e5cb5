//! A text as it would look as a message, through the same renderer. It costs as much as a message: whoever tries out
//! thousands of texts is held back like somebody who sends them.

use std::sync::Arc;

use super::state::WebState;
use super::views::prose::ProseView;
use crate::domain::mention::{self, Mentions};
use crate::domain::name::NameKey;
use crate::domain::person::{Author, Person};
use crate::domain::room::RoomKind;
use crate::domain::text::MessageText;
use crate::protocol::answer::RoomLook;
use crate::protocol::command::Command;
use crate::protocol::error_code::Problem;
use crate::storage::{StorageResult, Store};

/// Shows a text that is meant for a room, if it is known for which.
///
/// # Errors
/// When the person has written too much lately, or names cannot be looked up.
pub async fn render(
    state: &WebState,
    person: Arc<Person>,
    text: &MessageText,
    room: Option<&RoomLook>,
) -> Result<ProseView, Problem> {
    state.chat.ask(person, Command::Preview).await?;
    let called = mention::candidates(text.as_str());
    let mentions = Mentions {
        people: people(&*state.store, &called.names).await.map_err(|error| {
            log::error!("names could not be looked up for a preview: {error}");
            Problem::unavailable()
        })?,
        everyone: called.everyone && room.is_some_and(may_call_everyone),
    };
    Ok(ProseView::new(state.renderer.markdown(), text.as_str(), &mentions))
}

/// The accounts of these names. There are at most fifty.
async fn people(store: &dyn Store, names: &[&str]) -> StorageResult<Vec<Author>> {
    let mut people: Vec<Author> = Vec::new();
    for name in names {
        if let Some(account) = store.user_by_name(&NameKey::of(name)).await? {
            people.push(Author { id: account.id, name: account.name });
        }
    }
    Ok(people)
}

/// As the chat decides it, from what it tells about the room.
fn may_call_everyone(room: &RoomLook) -> bool {
    room.kind == RoomKind::Direct || room.may_moderate
}
