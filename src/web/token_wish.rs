//! What tokens are good for, between the words of forms and the API and those of `auth`: rooms by name, lives in days.

use std::sync::Arc;
use std::time::Duration;

use super::api::ask;
use super::state::WebState;
use crate::chat::Chat;
use crate::domain::ids::RoomId;
use crate::domain::name::RoomName;
use crate::domain::person::Person;
use crate::protocol::error_code::Problem;
use crate::storage::StorageResult;

/// Longest life of a token that ends by itself, in days.
pub const DAYS_MAX: u64 = 3650;
/// Most rooms of one token.
pub const ROOMS_MAX: usize = 100;

/// The ids of rooms. A room that the person may not see is one that is not there.
///
/// # Errors
/// When there is no such room, or there are too many.
pub async fn rooms_of(
    chat: &Chat,
    person: &Arc<Person>,
    names: Option<Vec<RoomName>>,
) -> Result<Option<Vec<RoomId>>, Problem> {
    let Some(names) = names else { return Ok(None) };
    if names.is_empty() || names.len() > ROOMS_MAX {
        let message = format!("`rooms` must have 1 to {ROOMS_MAX} names; leave it out for all rooms");
        return Err(Problem::field("rooms", message));
    }
    let mut ids = Vec::with_capacity(names.len());
    for name in names {
        let look = ask::look(chat, person.clone(), name.clone()).await.map_err(|problem| Problem {
            field: Some("rooms"),
            message: format!("{name}: {problem}"),
            ..problem
        })?;
        ids.push(look.id);
    }
    Ok(Some(ids))
}

/// The names that these rooms have now; those that are gone are left out.
///
/// # Errors
/// When the database does not answer.
pub async fn names_of(state: &WebState, ids: &[RoomId]) -> StorageResult<Vec<RoomName>> {
    let mut names = Vec::with_capacity(ids.len());
    for id in ids {
        names.extend(state.store.room(*id).await?.map(|room| room.info.name));
    }
    Ok(names)
}

/// A life of so many days; none is for ever.
///
/// # Errors
/// When it is no time at all, or longer than ten years.
pub fn life_of(days: Option<u64>) -> Result<Option<Duration>, Problem> {
    let life = |days: u64| Duration::from_hours(days * 24);
    match days {
        None => Ok(None),
        Some(days @ 1..=DAYS_MAX) => Ok(Some(life(days))),
        Some(_) => {
            let message = format!("`expires_in_days` must be 1 to {DAYS_MAX}; leave it out for no end");
            Err(Problem::field("expires_in_days", message))
        }
    }
}
