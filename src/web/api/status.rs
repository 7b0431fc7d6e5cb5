//! `/me/status`: what the caller says of themselves.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::ask;
use super::extract::Body;
use super::listing::json;
use super::openapi::texts;
use super::problem::ApiError;
use crate::domain::status_line::StatusLine;
use crate::protocol::command::Command;
use crate::protocol::decode::status_line;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// A status, or nothing of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStatus {
    emoji: Option<String>,
    #[schema(value_type = Option<texts::StatusWords>)]
    text: Option<String>,
    #[schema(value_type = Option<texts::Until>)]
    until: Option<String>,
}

/// The caller's status; empty when they say nothing.
#[utoipa::path(get, path = "/me/status", responses((status = 200, body = StatusLine)))]
pub async fn show(state: web::Data<WebState>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    let person = visitor.account()?;
    let profile = state.store.profile(person.id, state.clock.now()).await?;
    Ok(json(HttpResponse::Ok(), profile.line))
}

/// Says another one; answers with it.
#[utoipa::path(put, path = "/me/status", request_body = NewStatus, responses((status = 200, body = StatusLine)))]
pub async fn set(
    state: web::Data<WebState>,
    visitor: Visitor,
    body: Body<NewStatus>,
) -> Result<HttpResponse, ApiError> {
    let (person, NewStatus { emoji, text, until }) = (visitor.account()?, body.into_inner().0);
    let line = status_line(emoji, text, until)?;
    ask::done(&state.chat, person, Command::Status { line: line.clone() }).await?;
    Ok(json(HttpResponse::Ok(), line))
}

/// Says nothing.
#[utoipa::path(delete, path = "/me/status", responses((status = 204)))]
pub async fn clear(state: web::Data<WebState>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    let person = visitor.account()?;
    ask::done(&state.chat, person, Command::Status { line: StatusLine::default() }).await?;
    Ok(HttpResponse::NoContent().finish())
}
