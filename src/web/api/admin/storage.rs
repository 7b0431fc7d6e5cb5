//! `/admin/storage`, `/admin/backups`: what takes the room, what would go, and copies.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::by;
use crate::admin::jobs::Job;
use crate::admin::storage::KnownCopy;
use crate::domain::clock::Timestamp;
use crate::domain::name::RoomName;
use crate::domain::room::RoomKind;
use crate::storage::sizes::RoomSize;
use crate::web::api::listing::{self, List};
use crate::web::api::openapi::texts;
use crate::web::api::problem::ApiError;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// What would go.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    #[param(value_type = u64, maximum = 4_294_967_295_u32)]
    days: u32,
    #[param(value_type = Option<texts::KnownRoom>)]
    room: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Sizes<'a> {
    database_bytes: u64,
    log_bytes: u64,
    free_bytes: u64,
    messages_bytes: u64,
    search_bytes: u64,
    other_bytes: u64,
    disk_free_bytes: u64,
    /// The largest.
    rooms: Vec<SizeOfRoom<'a>>,
    /// All direct rooms together.
    direct: Content,
    retention_days: u32,
    /// It was decided while the server ran, and not by its settings.
    retention_decided: bool,
    /// The work that goes on, or the last one.
    job: Option<Job>,
}

#[derive(Serialize, ToSchema)]
struct SizeOfRoom<'a> {
    name: &'a RoomName,
    kind: RoomKind,
    messages: u64,
    text_bytes: u64,
}

#[derive(Serialize, ToSchema)]
struct Content {
    messages: u64,
    text_bytes: u64,
}

/// Work that was begun.
#[derive(Serialize, ToSchema)]
struct Begun {
    job: Option<Job>,
}

#[derive(Serialize, ToSchema)]
struct Backup<'a> {
    name: &'a str,
    bytes: u64,
    made_at: Timestamp,
    /// When it was read through, since the start of the server.
    checked_at: Option<Timestamp>,
    /// What is wrong with it.
    error: Option<&'a str>,
}

/// What takes the room.
#[utoipa::path(get, path = "/admin/storage", responses((status = 200, body = Sizes)))]
pub async fn show(state: web::Data<WebState>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    let found = state.admin.storage(&by(&visitor)?).await?;
    let sizes = &found.sizes;
    let body = Sizes {
        database_bytes: sizes.file,
        log_bytes: sizes.log,
        free_bytes: sizes.free,
        messages_bytes: sizes.messages,
        search_bytes: sizes.search,
        other_bytes: sizes.other,
        disk_free_bytes: found.disk_free,
        rooms: sizes.rooms.iter().map(SizeOfRoom::from).collect(),
        direct: Content { messages: sizes.direct.messages, text_bytes: sizes.direct.bytes },
        retention_days: found.retention_days,
        retention_decided: found.is_decided,
        job: found.job,
    };
    Ok(listing::json(HttpResponse::Ok(), body))
}

/// What would go if messages were kept for so many days.
#[utoipa::path(get, path = "/admin/storage/expiry", params(Wish), responses((status = 200, body = Content), (status = 404)))]
pub async fn expiry(
    state: web::Data<WebState>,
    visitor: Visitor,
    wish: web::Query<Wish>,
) -> Result<HttpResponse, ApiError> {
    let found = state.admin.would_expire(&by(&visitor)?, wish.room.as_deref(), wish.days).await?;
    Ok(listing::json(HttpResponse::Ok(), Content { messages: found.messages, text_bytes: found.bytes }))
}

/// Gives back what is free.
#[utoipa::path(post, path = "/admin/storage/vacuum", responses((status = 202, body = Begun)))]
pub async fn give_back(state: web::Data<WebState>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    state.admin.give_back(&by(&visitor)?).await?;
    job(&state, &visitor)
}

/// The copies, the newest first.
#[utoipa::path(get, path = "/admin/backups", responses((status = 200, body = List<Backup>)))]
pub async fn backups(state: web::Data<WebState>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    let known = state.admin.backups(&by(&visitor)?)?;
    let items = known.iter().map(Backup::from).collect::<Vec<_>>();
    Ok(listing::json(HttpResponse::Ok(), List { items, next: None }))
}

/// Makes a copy.
#[utoipa::path(post, path = "/admin/backups", responses((status = 202, body = Begun)))]
pub async fn make_backup(state: web::Data<WebState>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    state.admin.make_backup(&by(&visitor)?).await?;
    job(&state, &visitor)
}

/// Reads a copy through.
#[utoipa::path(post, path = "/admin/backups/{name}/check", responses((status = 202, body = Begun)))]
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
    Ok(listing::json(HttpResponse::Accepted(), Begun { job }))
}

impl<'a> From<&'a RoomSize> for SizeOfRoom<'a> {
    fn from(room: &'a RoomSize) -> Self {
        Self { name: &room.name, kind: room.kind, messages: room.content.messages, text_bytes: room.content.bytes }
    }
}

impl<'a> From<&'a KnownCopy> for Backup<'a> {
    fn from(known: &'a KnownCopy) -> Self {
        let checked = known.checked.as_ref();
        Self {
            name: &known.copy.name,
            bytes: known.copy.bytes,
            made_at: known.copy.made_at,
            checked_at: checked.map(|checked| checked.at),
            error: checked.and_then(|checked| checked.error.as_deref()),
        }
    }
}
