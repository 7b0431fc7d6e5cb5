//! `/direct`: the room of two people.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::listing::json;
use super::problem::ApiError;
use super::{ask, location, users};
use crate::domain::name::RoomName;
use crate::protocol::command::Command;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// With whom.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithWhom {
    user: String,
}

#[derive(Serialize)]
struct Opened<'a> {
    room: &'a RoomName,
}

/// Opens the direct room with somebody, making it when there is none.
pub async fn open(
    state: web::Data<WebState>,
    visitor: Visitor,
    body: web::Json<WithWhom>,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.account()?;
    let other = users::find(&state, &body.user).await?.id;
    let was_there = state.store.direct_room(person.id, other).await?.is_some();
    let room = ask::room(&state.chat, person, Command::Direct { other }).await?;
    let mut answer = if was_there { HttpResponse::Ok() } else { HttpResponse::Created() };
    answer.insert_header((LOCATION, location::of_room(&room)));
    Ok(json(answer, Opened { room: &room }))
}
