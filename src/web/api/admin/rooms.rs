//! `/admin/rooms`: all rooms but the direct ones.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::by;
use super::shown::OneRoom;
use crate::admin::By;
use crate::admin::rooms::RoomChange;
use crate::storage::order::{ShownRoom, WatchedRoom};
use crate::web::api::extract::{Body, Whole};
use crate::web::api::listing::{self, List};
use crate::web::api::openapi::texts;
use crate::web::api::problem::ApiError;
use crate::web::export;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// Which rooms.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    #[serde(default)]
    name: String,
    #[serde(default)]
    cursor: String,
}

/// What is to be another way.
#[derive(Deserialize, ToSchema)]
#[schema(as = RoomDecision)]
#[serde(deny_unknown_fields)]
pub struct Change {
    archived: Option<bool>,
    #[schema(value_type = Option<texts::KnownUser>)]
    owner: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<u32>, maximum = 36_500)]
    retention_days: Days,
}

/// How long messages are kept, where a body may leave it out.
#[derive(Default)]
enum Days {
    #[default]
    AsItWas,
    /// `null` is as on the whole server.
    Given(Option<Whole>),
}

impl<'de> Deserialize<'de> for Days {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::Given)
    }
}

/// A page of rooms, by name.
#[utoipa::path(get, path = "/admin/rooms", params(Which), responses((status = 200, body = List<ShownRoom>)))]
pub async fn list(
    state: web::Data<WebState>,
    visitor: Visitor,
    which: web::Query<Which>,
) -> Result<HttpResponse, ApiError> {
    let (rooms, more) = state.admin.rooms(&by(&visitor)?, &which.name, &which.cursor).await?;
    let next = rooms.last().filter(|_| more).map(|last| last.info.name.to_string());
    Ok(listing::json(HttpResponse::Ok(), List { items: rooms.iter().map(WatchedRoom::shown).collect(), next }))
}

/// One room.
#[utoipa::path(get, path = "/admin/rooms/{room}", responses((status = 200, body = OneRoom)))]
pub async fn show(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    answer(&state, &by(&visitor)?, &room).await
}

/// Decides something about a room: all that is asked for is looked at before anything is done.
#[utoipa::path(
    patch,
    path = "/admin/rooms/{room}",
    request_body = Change,
    responses((status = 200, body = OneRoom), (status = 409))
)]
pub async fn change(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
    change: Body<Change>,
) -> Result<HttpResponse, ApiError> {
    let (by, admin) = (by(&visitor)?, &state.admin);
    let Change { archived, owner, retention_days } = change.into_inner().0;
    let retention_days = match retention_days {
        // What is too large for the type is so for the rule.
        Days::Given(days) => Some(days.map(|days| u32::try_from(days.0).unwrap_or(u32::MAX))),
        Days::AsItWas => None,
    };
    admin.change_room(&by, &room, &RoomChange { archived, owner, retention_days }).await?;
    answer(&state, &by, &room).await
}

/// Deletes a room with everything in it.
#[utoipa::path(delete, path = "/admin/rooms/{room}", responses((status = 204), (status = 409)))]
pub async fn remove(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    state.admin.delete_room(&by(&visitor)?, &room).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A room with the people in it, as lines.
#[utoipa::path(
    get,
    path = "/admin/rooms/{room}/export",
    responses((status = 200, body = String, content_type = "application/x-ndjson"))
)]
pub async fn export(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    Ok(export::answer(state.admin.export_room(&by(&visitor)?, &room).await?))
}

async fn answer(state: &WebState, by: &By, name: &str) -> Result<HttpResponse, ApiError> {
    let room = state.admin.room(by, name).await?;
    let days = state.admin.retention(by, &room).await?;
    Ok(listing::json(HttpResponse::Ok(), OneRoom::new(&room, days)))
}
