//! `/admin/tokens`: tokens of everybody.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::by;
use crate::domain::ids::DeviceId;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::web::api::listing::{self, List};
use crate::web::api::problem::ApiError;
use crate::web::state::WebState;
use crate::web::token_wish::names_of;
use crate::web::visitor::Visitor;

/// Which part of the list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    cursor: Option<String>,
}

/// A page of tokens, the newest first.
pub async fn list(
    state: web::Data<WebState>,
    visitor: Visitor,
    which: web::Query<Which>,
) -> Result<HttpResponse, ApiError> {
    let bad = || Problem::field("cursor", "take `next` of the page before");
    let after = which.cursor.as_deref().map(|text| DeviceId::parse(text).ok_or_else(bad)).transpose()?;
    let (tokens, more) = state.admin.tokens(&by(&visitor)?, after).await?;
    let next = tokens.last().filter(|_| more).map(|(token, _)| token.id.to_string());
    let mut items = Vec::with_capacity(tokens.len());
    for (token, owner) in tokens {
        let rooms = match &token.grant.rooms {
            Some(ids) => Some(names_of(&state, ids).await?),
            None => None,
        };
        items.push(json!({
            "id": token.id,
            "user": { "id": owner.id, "name": owner.name, "role": owner.site_role.as_str() },
            "label": token.label,
            "scope": token.grant.scope,
            "rooms": rooms,
            "created_at": token.created_at,
            "used_at": token.used_at,
            "expires_at": token.grant.until,
        }));
    }
    Ok(listing::json(HttpResponse::Ok(), List { items, next }))
}

/// Takes a token back.
pub async fn revoke(
    state: web::Data<WebState>,
    visitor: Visitor,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let by = by(&visitor)?;
    let missing = || Problem::new(ErrorCode::NotFound, "there is no such token");
    state.admin.revoke_token(&by, DeviceId::parse(&id).ok_or_else(missing)?).await?;
    Ok(HttpResponse::NoContent().finish())
}
