//! `/admin/rooms`: all rooms but the direct ones.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Deserializer};
use serde_json::json;

use super::by;
use crate::admin::By;
use crate::admin::rooms::RoomChange;
use crate::storage::order::WatchedRoom;
use crate::web::api::listing::{self, List};
use crate::web::api::problem::ApiError;
use crate::web::export;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// Which rooms.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    #[serde(default)]
    name: String,
    #[serde(default)]
    cursor: String,
}

/// What is to be another way.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    archived: Option<bool>,
    owner: Option<String>,
    #[serde(default)]
    retention_days: Days,
}

/// How long messages are kept, where a body may leave it out.
#[derive(Default)]
enum Days {
    #[default]
    AsItWas,
    /// `null` is as on the whole server.
    Given(Option<u32>),
}

impl<'de> Deserialize<'de> for Days {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::Given)
    }
}

/// A page of rooms, by name.
pub async fn list(
    state: web::Data<WebState>,
    visitor: Visitor,
    which: web::Query<Which>,
) -> Result<HttpResponse, ApiError> {
    let (rooms, more) = state.admin.rooms(&by(&visitor)?, &which.name, &which.cursor).await?;
    let next = rooms.last().filter(|_| more).map(|last| last.info.name.to_string());
    Ok(listing::json(HttpResponse::Ok(), List { items: rooms.iter().map(WatchedRoom::to_json).collect(), next }))
}

/// One room.
pub async fn show(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    answer(&state, &by(&visitor)?, &room).await
}

/// Decides something about a room: all that is asked for is looked at before anything is done.
pub async fn change(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
    change: web::Json<Change>,
) -> Result<HttpResponse, ApiError> {
    let (by, admin) = (by(&visitor)?, &state.admin);
    let Change { archived, owner, retention_days } = change.into_inner();
    let retention_days = match retention_days {
        Days::Given(days) => Some(days),
        Days::AsItWas => None,
    };
    admin.change_room(&by, &room, &RoomChange { archived, owner, retention_days }).await?;
    answer(&state, &by, &room).await
}

/// Deletes a room with everything in it.
pub async fn remove(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    state.admin.delete_room(&by(&visitor)?, &room).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A room with the people in it, as lines.
pub async fn export(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    Ok(export::answer(state.admin.export_room(&by(&visitor)?, &room).await?))
}

async fn answer(state: &WebState, by: &By, name: &str) -> Result<HttpResponse, ApiError> {
    let room = state.admin.room(by, name).await?;
    let body = json!({
        "name": room.info.name,
        "kind": room.info.kind,
        "topic": room.info.topic,
        "archived": room.info.archived,
        "members": room.memberships.iter().filter(|member| !member.banned).count(),
        "messages": room.info.messages,
        "made_at": room.info.made_at,
        "retention_days": state.admin.retention(by, &room).await?,
    });
    Ok(listing::json(HttpResponse::Ok(), body))
}
