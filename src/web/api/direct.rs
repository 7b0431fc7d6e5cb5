//! `/direct`: the room of two people.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::Body;
use super::listing::json;
use super::openapi::texts;
use super::problem::ApiError;
use super::{ask, location, users};
use crate::domain::limits::DIRECT_PEOPLE;
use crate::domain::name::RoomName;
use crate::protocol::command::Command;
use crate::protocol::error_code::Problem;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// With whom: one person, or several.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithWhom {
    #[schema(value_type = Option<texts::KnownUser>)]
    user: Option<String>,
    #[serde(default)]
    #[schema(value_type = Vec<texts::KnownUser>, max_items = 10)]
    users: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct Opened<'a> {
    room: &'a RoomName,
}

/// Opens the direct room with these people, making it when there is none.
#[utoipa::path(
    post,
    path = "/direct",
    request_body = WithWhom,
    responses((status = 200, body = Opened), (status = 201, body = Opened), (status = 404))
)]
pub async fn open(
    state: web::Data<WebState>,
    visitor: Visitor,
    body: Body<WithWhom>,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.account()?;
    if body.users.len() > DIRECT_PEOPLE {
        let message = format!("a direct room is for {DIRECT_PEOPLE} people at most; make a room instead");
        return Err(Problem::field("users", message).into());
    }
    let mut others = Vec::new();
    for user in body.user.iter().chain(&body.users) {
        others.push(users::find(&state, user).await?.id);
    }
    let mut people = others.clone();
    people.push(person.id);
    people.sort_unstable();
    people.dedup();
    let was_there = state.store.direct_room(&people).await?.is_some();
    let room = ask::room(&state.chat, person, Command::Direct { others }).await?;
    let mut answer = if was_there { HttpResponse::Ok() } else { HttpResponse::Created() };
    answer.insert_header((LOCATION, location::of_room(&room)));
    Ok(json(answer, Opened { room: &room }))
}
