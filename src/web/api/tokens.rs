//! `/tokens`: the caller's logins for programs.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::listing::{List, ListQuery, json, newest_first};
use super::problem::ApiError;
use crate::domain::clock::Timestamp;
use crate::domain::device::DeviceKind;
use crate::domain::ids::DeviceId;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::web::middleware::idempotency::ShownOnce;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// What a new token is made of.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    label: String,
}

#[derive(Serialize)]
struct Token {
    id: DeviceId,
    label: String,
    created_at: Timestamp,
    used_at: Timestamp,
    /// Whether it is the one this request came with.
    current: bool,
}

#[derive(Serialize)]
struct MadeToken<'a> {
    id: Option<DeviceId>,
    label: &'a str,
    token: &'a str,
}

/// The caller's tokens, the newest first.
pub async fn list(
    state: web::Data<WebState>,
    visitor: Visitor,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    let (person, part) = (visitor.account()?, query.part()?);
    let devices = state.auth.devices(&person, DeviceKind::Token).await?;
    let page = List::cut(devices, &part, |device| newest_first(device.created_at, &device.id.to_string()));
    let tokens = page.map(|device| Token {
        id: device.id,
        current: visitor.device() == Some(device.id),
        label: device.label,
        created_at: device.created_at,
        used_at: device.used_at,
    });
    Ok(json(HttpResponse::Ok(), tokens))
}

/// Makes a token; its secret is in this answer and nowhere else.
pub async fn make(
    state: web::Data<WebState>,
    visitor: Visitor,
    body: web::Json<NewToken>,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.account()?;
    let login = state.auth.make_token(&person, &body.label).await?;
    let made = MadeToken { id: login.person.device, label: body.label.trim(), token: &login.secret };
    let mut answer = json(HttpResponse::Created(), made);
    answer.extensions_mut().insert(ShownOnce);
    Ok(answer)
}

/// Revokes one of the caller's tokens; the sessions it opened end.
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
