//! Keeping order in a room: mutes, bans, slow mode, and reports of messages.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::ask;
use super::extract::{Body, Whole, in_range, room_name};
use super::openapi::texts;
use super::problem::ApiError;
use super::users;
use crate::domain::ids::Seq;
use crate::domain::moderation::Measure;
use crate::protocol::command::Command;
use crate::protocol::decode;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// For how many minutes; 0 ends it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mute {
    #[schema(value_type = u64, maximum = 527_040)]
    minutes: Whole,
}

/// Seconds between two messages; 0 for none.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Slow {
    #[schema(value_type = u64, maximum = 21_600)]
    seconds: Whole,
}

/// What is wrong with a message.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReport {
    #[schema(value_type = texts::Reason)]
    reason: String,
}

/// Room and user in a path.
type Whom = web::Path<(String, String)>;

/// A member reads and does not write for a while.
#[utoipa::path(put, path = "/rooms/{room}/members/{user}/mute", request_body = Mute, responses((status = 204)))]
pub async fn mute(
    state: web::Data<WebState>,
    visitor: Visitor,
    path: Whom,
    body: Body<Mute>,
) -> Result<HttpResponse, ApiError> {
    let (person, room) = (visitor.person()?, room_name(&path.0)?);
    let minutes = decode::mute_minutes(body.minutes.0)?;
    // Whoever may not see the room learns nothing about accounts.
    ask::look(&state.chat, person.clone(), room.clone()).await?;
    let user = users::find(&state, &path.1).await?.id;
    ask::done(&state.chat, person, Command::Mute { room, user, minutes }).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Shuts somebody out of the room.
#[utoipa::path(put, path = "/rooms/{room}/bans/{user}", responses((status = 204)))]
pub async fn ban(state: web::Data<WebState>, visitor: Visitor, path: Whom) -> Result<HttpResponse, ApiError> {
    set_ban(&state, &visitor, &path, true).await
}

/// Lets somebody in again.
#[utoipa::path(delete, path = "/rooms/{room}/bans/{user}", responses((status = 204)))]
pub async fn unban(state: web::Data<WebState>, visitor: Visitor, path: Whom) -> Result<HttpResponse, ApiError> {
    set_ban(&state, &visitor, &path, false).await
}

async fn set_ban(state: &WebState, visitor: &Visitor, path: &Whom, on: bool) -> Result<HttpResponse, ApiError> {
    let (person, room) = (visitor.person()?, room_name(&path.0)?);
    ask::look(&state.chat, person.clone(), room.clone()).await?;
    let user = users::find(state, &path.1).await?.id;
    let command = Command::Moderate { room, measure: Measure::Ban { user, on } };
    ask::done(&state.chat, person, command).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Slow mode of a room.
#[utoipa::path(put, path = "/rooms/{room}/slow", request_body = Slow, responses((status = 204)))]
pub async fn slow(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
    body: Body<Slow>,
) -> Result<HttpResponse, ApiError> {
    let (person, room) = (visitor.person()?, room_name(&room)?);
    let command = Command::Moderate { room, measure: decode::slow(body.seconds.0)? };
    ask::done(&state.chat, person, command).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Reports a message to those who keep order on the server.
#[utoipa::path(post, path = "/rooms/{room}/messages/{seq}/report", request_body = NewReport, responses((status = 204)))]
pub async fn report(
    state: web::Data<WebState>,
    visitor: Visitor,
    path: web::Path<(String, Seq)>,
    body: Body<NewReport>,
) -> Result<HttpResponse, ApiError> {
    let (person, room) = (visitor.person()?, room_name(&path.0)?);
    let (seq, reason) = (in_range("seq", path.1)?, decode::reason(&body.reason)?);
    ask::done(&state.chat, person, Command::Report { room, seq, reason }).await?;
    Ok(HttpResponse::NoContent().finish())
}
