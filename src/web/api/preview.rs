//! `/preview`: a text as it would look as a message.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Body, room_name};
use super::listing::json;
use super::openapi::texts;
use super::problem::ApiError;
use crate::domain::text::MessageText;
use crate::protocol::error_code::Problem;
use crate::web::preview;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// What is to be shown.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    #[schema(value_type = texts::MessageText)]
    text: String,
    /// Where it is meant to go: whom it calls depends on it.
    #[schema(value_type = Option<texts::KnownRoom>)]
    room: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Preview)]
struct Shown {
    html: String,
}

/// Shows a text.
#[utoipa::path(post, path = "/preview", request_body = Draft, responses((status = 200, body = Shown), (status = 404)))]
pub async fn show(state: web::Data<WebState>, visitor: Visitor, body: Body<Draft>) -> Result<HttpResponse, ApiError> {
    let person = visitor.person()?;
    let text = MessageText::parse(&body.text).map_err(Problem::from)?;
    let room = body.room.as_deref().map(room_name).transpose()?;
    let shown = preview::render(&state, person, &text, room).await?;
    Ok(json(HttpResponse::Ok(), Shown { html: shown.html }))
}
