//! `/admin/storage`, `/admin/backups`: what takes the room, what would go, and copies.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::by;
use crate::admin::storage::KnownCopy;
use crate::storage::sizes::RoomSize;
use crate::web::api::listing::{self, List};
use crate::web::api::problem::ApiError;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// What would go.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    days: u32,
    room: Option<String>,
}

/// What takes the room.
pub async fn show(state: web::Data<WebState>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    let found = state.admin.storage(&by(&visitor)?).await?;
    let room = |room: &RoomSize| {
        json!({
            "name": room.name, "kind": room.kind, "messages": room.content.messages, "text_bytes": room.content.bytes,
        })
    };
    let sizes = &found.sizes;
    let body = json!({
        "database_bytes": sizes.file,
        "log_bytes": sizes.log,
        "free_bytes": sizes.free,
        "messages_bytes": sizes.messages,
        "search_bytes": sizes.search,
        "other_bytes": sizes.other,
        "disk_free_bytes": found.disk_free,
        "rooms": sizes.rooms.iter().map(room).collect::<Vec<_>>(),
        "direct": { "messages": sizes.direct.messages, "text_bytes": sizes.direct.bytes },
        "retention_days": found.retention_days,
        "retention_decided": found.is_decided,
        "job": found.job,
    });
    Ok(listing::json(HttpResponse::Ok(), body))
}

/// What would go if messages were kept for so many days.
pub async fn expiry(
    state: web::Data<WebState>,
    visitor: Visitor,
    wish: web::Query<Wish>,
) -> Result<HttpResponse, ApiError> {
    let found = state.admin.would_expire(&by(&visitor)?, wish.room.as_deref(), wish.days).await?;
    Ok(listing::json(HttpResponse::Ok(), json!({ "messages": found.messages, "text_bytes": found.bytes })))
}

/// Gives back what is free.
pub async fn give_back(state: web::Data<WebState>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    state.admin.give_back(&by(&visitor)?).await?;
    job(&state, &visitor)
}

/// The copies, the newest first.
pub async fn backups(state: web::Data<WebState>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    let items = state.admin.backups(&by(&visitor)?)?.iter().map(shown).collect::<Vec<_>>();
    Ok(listing::json(HttpResponse::Ok(), List { items, next: None }))
}

/// Makes a copy.
pub async fn make_backup(state: web::Data<WebState>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    state.admin.make_backup(&by(&visitor)?).await?;
    job(&state, &visitor)
}

/// Reads a copy through.
pub async fn check_backup(
    state: web::Data<WebState>,
    visitor: Visitor,
    name: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    state.admin.check_backup(&by(&visitor)?, &name).await?;
    job(&state, &visitor)
}

/// It was begun; it may have come to its end already.
fn job(state: &WebState, visitor: &Visitor) -> Result<HttpResponse, ApiError> {
    let job = state.admin.job(&by(visitor)?)?;
    Ok(listing::json(HttpResponse::Accepted(), json!({ "job": job })))
}

fn shown(known: &KnownCopy) -> Value {
    let checked = known.checked.as_ref();
    json!({
        "name": known.copy.name,
        "bytes": known.copy.bytes,
        "made_at": known.copy.made_at,
        "checked_at": checked.map(|checked| checked.at),
        "error": checked.and_then(|checked| checked.error.as_ref()),
    })
}
