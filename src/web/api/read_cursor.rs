//! `/rooms/{room}/read`: how far the caller has read.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::ask;
use super::extract::{Body, Whole, in_range, room_name};
use super::openapi::texts;
use super::problem::ApiError;
use crate::protocol::command::Command;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// How far the caller has read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadUpTo {
    #[schema(value_type = texts::Number)]
    seq: Whole,
}

/// Moves the read cursor up; it never moves down.
#[utoipa::path(put, path = "/rooms/{room}/read", request_body = ReadUpTo, responses((status = 204)))]
pub async fn move_up(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
    body: Body<ReadUpTo>,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.person()?;
    let command = Command::Read { room: room_name(&room)?, seq: in_range("seq", body.seq.0)? };
    ask::done(&state.chat, person, command).await?;
    Ok(HttpResponse::NoContent().finish())
}
