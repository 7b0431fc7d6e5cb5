//! `/rooms/{room}/members`: who is in a room, and one's own membership.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Body, optional, room_name};
use super::listing::{List, ListQuery, json};
use super::openapi::texts;
use super::problem::ApiError;
use super::{ask, users};
use crate::domain::membership::Role;
use crate::domain::name::RoomName;
use crate::domain::person::Author;
use crate::domain::room_rules::RoomKey;
use crate::protocol::answer::MemberEntry;
use crate::protocol::command::Command;
use crate::protocol::error_code::Problem;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// Whom to make a member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    #[schema(value_type = texts::KnownUser)]
    user: String,
}

#[derive(Serialize, ToSchema)]
struct MemberList {
    room: RoomName,
    online: usize,
    #[serde(flatten)]
    list: List<MemberEntry>,
}

#[derive(Serialize, ToSchema)]
struct Added {
    room: RoomName,
    user: Author,
}

/// Members by name, then guests who are connected.
#[utoipa::path(get, path = "/rooms/{room}/members", params(ListQuery), responses((status = 200, body = MemberList)))]
pub async fn list(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    let (person, part) = (visitor.person()?, query.part()?);
    let found = ask::members(&state.chat, person, room_name(&room)?).await?;
    // Several guests may have the same name; the id tells them apart.
    let key = |entry: &MemberEntry| format!("{} {} {}", u8::from(entry.role.is_none()), entry.name.key(), entry.id);
    let list = List::cut(found.members, &part, key);
    Ok(json(HttpResponse::Ok(), MemberList { room: found.room, online: found.online, list }))
}

/// Makes somebody a member; nothing changes when they are one.
#[utoipa::path(post, path = "/rooms/{room}/members", request_body = NewMember, responses((status = 200, body = Added)))]
pub async fn add(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
    body: Body<NewMember>,
) -> Result<HttpResponse, ApiError> {
    let (person, room) = (visitor.person()?, room_name(&room)?);
    // Who may not see the room learns nothing about accounts either.
    ask::look(&state.chat, person.clone(), room.clone()).await?.may_add.map_err(Problem::from)?;
    let user = users::find(&state, &body.user).await?;
    let room = ask::room(&state.chat, person, Command::Add { room, user: user.id }).await?;
    Ok(json(HttpResponse::Ok(), Added { room, user: Author { id: user.id, name: user.name } }))
}

/// The new role of a member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRole {
    role: Role,
}

/// Gives a member another role.
#[utoipa::path(put, path = "/rooms/{room}/members/{user}", request_body = NewRole, responses((status = 204)))]
pub async fn appoint(
    state: web::Data<WebState>,
    visitor: Visitor,
    path: web::Path<(String, String)>,
    body: Body<NewRole>,
) -> Result<HttpResponse, ApiError> {
    let (person, room, user) = (visitor.person()?, room_name(&path.0)?, &path.1);
    // Who may not do it learns nothing about accounts either.
    ask::look(&state.chat, person.clone(), room.clone()).await?.may_appoint.map_err(Problem::from)?;
    let user = users::find(&state, user).await?.id;
    ask::done(&state.chat, person, Command::Appoint { room, user, role: body.role }).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends somebody else's membership.
#[utoipa::path(delete, path = "/rooms/{room}/members/{user}", responses((status = 204)))]
pub async fn remove(
    state: web::Data<WebState>,
    visitor: Visitor,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (person, room, user) = (visitor.person()?, room_name(&path.0)?, &path.1);
    ask::look(&state.chat, person.clone(), room.clone()).await?;
    let user = users::find(&state, user).await?.id;
    ask::done(&state.chat, person, Command::Remove { room, user }).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What it takes to come into a room with a key.
#[derive(Deserialize, ToSchema)]
#[schema(as = Entering)]
#[serde(deny_unknown_fields)]
pub struct Entering {
    #[schema(value_type = Option<texts::RoomKeyText>)]
    key: Option<String>,
}

/// Makes the caller a member of a public room; nothing changes when they are one. A guest shows the key of a room by it.
#[utoipa::path(
    put,
    path = "/rooms/{room}/members/me",
    request_body = Option<Entering>,
    responses((status = 204))
)]
pub async fn enter(
    state: web::Data<WebState>,
    visitor: Visitor,
    request: HttpRequest,
    room: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let (person, room) = (visitor.person()?, room_name(&room)?);
    let key = optional::<Entering>(&request, &body)?.and_then(|entering| entering.key);
    let key = key.map(|key| RoomKey::parse(&key)).transpose();
    let key = key.map_err(|error| Problem::field("key", error.to_string()))?.map(Into::into);
    ask::done(&state.chat, person, Command::Enter { room, key }).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends the caller's membership.
#[utoipa::path(delete, path = "/rooms/{room}/members/me", responses((status = 204)))]
pub async fn give_up(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (person, room) = (visitor.person()?, room_name(&room)?);
    ask::done(&state.chat, person, Command::GiveUp { room }).await?;
    Ok(HttpResponse::NoContent().finish())
}
