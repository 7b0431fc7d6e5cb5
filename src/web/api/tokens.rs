//! `/tokens`: the caller's logins for programs. What a token is made of and how it is shown is used for those of bots too.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Body, Whole, in_range, room_name};
use super::listing::{List, ListQuery, json, newest_first};
use super::openapi::texts;
use super::problem::ApiError;
use crate::auth::devices::{NewLogin, TokenWish};
use crate::domain::clock::Timestamp;
use crate::domain::device::{Device, DeviceKind};
use crate::domain::grant::Scope;
use crate::domain::ids::DeviceId;
use crate::domain::name::RoomName;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::web::middleware::idempotency::ShownOnce;
use crate::web::state::WebState;
use crate::web::token_wish::{life_of, names_of, rooms_of};
use crate::web::visitor::Visitor;

/// What a new token is made of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    #[schema(value_type = texts::Label)]
    label: String,
    scope: Option<Scope>,
    #[schema(value_type = Option<Vec<texts::KnownRoom>>, min_items = 1, max_items = 100)]
    rooms: Option<Vec<String>>,
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 3_650)]
    expires_in_days: Option<Whole>,
}

/// A token, without its secret.
#[derive(Serialize, ToSchema)]
pub struct Token {
    id: DeviceId,
    label: String,
    scope: Scope,
    /// The rooms it is good for; `null` for all.
    rooms: Option<Vec<RoomName>>,
    created_at: Timestamp,
    used_at: Timestamp,
    expires_at: Option<Timestamp>,
    /// Whether it is the one this request came with.
    current: bool,
}

#[derive(Serialize, ToSchema)]
pub(super) struct MadeToken<'a> {
    id: Option<DeviceId>,
    label: &'a str,
    scope: Scope,
    expires_at: Option<Timestamp>,
    token: &'a str,
}

/// The caller's tokens, the newest first.
#[utoipa::path(get, path = "/tokens", params(ListQuery), responses((status = 200, body = List<Token>)))]
pub async fn list(
    state: web::Data<WebState>,
    visitor: Visitor,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    let (person, part) = (visitor.account()?, query.part()?);
    let devices = state.auth.devices(&person, DeviceKind::Token).await?;
    let page = List::cut(devices, &part, |device| newest_first(device.created_at, &device.id.to_string()));
    Ok(json(HttpResponse::Ok(), shown(&state, page, visitor.device()).await?))
}

/// Makes a token; its secret is in this answer and nowhere else.
#[utoipa::path(
    post,
    path = "/tokens",
    request_body = NewToken,
    responses((status = 201, body = MadeToken), (status = 404))
)]
pub async fn make(
    state: web::Data<WebState>,
    visitor: Visitor,
    body: Body<NewToken>,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.account()?;
    let wish = wish_of(&state, &visitor, body.into_inner().0).await?;
    let label = wish.label.clone();
    let login = state.auth.make_token(&person, wish).await?;
    Ok(made(&login, &label))
}

/// Revokes one of the caller's tokens; the sessions it opened end.
#[utoipa::path(delete, path = "/tokens/{id}", responses((status = 204)))]
pub async fn revoke(
    state: web::Data<WebState>,
    visitor: Visitor,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.account()?;
    let missing = || Problem::new(ErrorCode::NotFound, "you have no such token");
    let device = DeviceId::parse(&id).ok_or_else(missing)?;
    if !state.auth.revoke(&person, device).await? {
        return Err(missing().into());
    }
    state.chat.end_device(device);
    Ok(HttpResponse::NoContent().finish())
}

/// What was asked for, with the rooms the caller may see. Nothing said of the scope is all of it.
///
/// # Errors
/// When a room is none, or not for the caller to see.
pub(super) async fn wish_of(state: &WebState, visitor: &Visitor, new: NewToken) -> Result<TokenWish, ApiError> {
    let names = match new.rooms {
        Some(names) => Some(names.iter().map(|name| room_name(name)).collect::<Result<Vec<_>, _>>()?),
        None => None,
    };
    let rooms = rooms_of(&state.chat, &visitor.account()?, names).await?;
    let days = new.expires_in_days.map(|days| in_range("expires_in_days", days.0)).transpose()?;
    let scope = new.scope.unwrap_or(Scope::Admin);
    Ok(TokenWish { label: new.label.trim().to_owned(), scope, rooms, life: life_of(days)? })
}

/// The answer with the secret, which is kept nowhere.
pub(super) fn made(login: &NewLogin, label: &str) -> HttpResponse {
    let (person, token) = (&login.person, login.secret.as_str());
    let made = MadeToken { id: person.device, label, scope: person.grant.scope, expires_at: person.grant.until, token };
    let mut answer = json(HttpResponse::Created(), made);
    answer.extensions_mut().insert(ShownOnce);
    answer
}

/// Tokens as they are shown, with the names their rooms have now.
pub(super) async fn shown(
    state: &WebState,
    page: List<Device>,
    current: Option<DeviceId>,
) -> Result<List<Token>, ApiError> {
    let mut items = Vec::with_capacity(page.items.len());
    for device in page.items {
        let rooms = match &device.grant.rooms {
            Some(ids) => Some(names_of(state, ids).await?),
            None => None,
        };
        items.push(Token {
            id: device.id,
            current: current == Some(device.id),
            label: device.label,
            scope: device.grant.scope,
            rooms,
            created_at: device.created_at,
            used_at: device.used_at,
            expires_at: device.grant.until,
        });
    }
    Ok(List { items, next: page.next })
}
