//! `/guests`: a name for one visit, for programs. The token makes every connection of the visit the same guest.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::Body;
use super::listing::json;
use super::openapi::texts;
use super::problem::ApiError;
use crate::domain::ids::UserId;
use crate::domain::name::UserName;
use crate::web::middleware::idempotency::ShownOnce;
use crate::web::state::WebState;

/// What a new guest is made of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGuest {
    #[schema(value_type = texts::NewUserName)]
    name: String,
}

#[derive(Serialize, ToSchema)]
struct MadeGuest<'a> {
    id: UserId,
    name: &'a UserName,
    token: String,
}

/// Lets a guest in; nothing is stored.
#[utoipa::path(post, path = "/guests", request_body = NewGuest, responses((status = 201, body = MadeGuest)))]
pub async fn make(state: web::Data<WebState>, body: Body<NewGuest>) -> Result<HttpResponse, ApiError> {
    let guest = state.auth.new_guest(&body.name)?;
    let made = MadeGuest { id: guest.id, name: &guest.name, token: state.auth.guest_token(&guest) };
    let mut answer = json(HttpResponse::Created(), made);
    answer.extensions_mut().insert(ShownOnce);
    Ok(answer)
}
