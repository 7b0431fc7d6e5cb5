//! `/admin/tokens`: tokens of everybody.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::by;
use crate::domain::clock::Timestamp;
use crate::domain::grant::Scope;
use crate::domain::ids::{DeviceId, UserId};
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::SiteRole;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::web::api::listing::{self, List};
use crate::web::api::problem::ApiError;
use crate::web::state::WebState;
use crate::web::token_wish::names_of;
use crate::web::visitor::Visitor;

/// Which part of the list.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    cursor: Option<String>,
}

/// A token, without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = TokenOfSomebody)]
struct ShownToken {
    id: DeviceId,
    user: Owner,
    label: String,
    scope: Scope,
    /// The rooms that it is good for; `null` for all.
    rooms: Option<Vec<RoomName>>,
    created_at: Timestamp,
    used_at: Timestamp,
    expires_at: Option<Timestamp>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TokenOwner)]
struct Owner {
    id: UserId,
    name: UserName,
    role: SiteRole,
}

/// A page of tokens, the newest first.
#[utoipa::path(get, path = "/admin/tokens", params(Which), responses((status = 200, body = List<ShownToken>)))]
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
        items.push(ShownToken {
            id: token.id,
            user: Owner { id: owner.id, name: owner.name, role: owner.site_role },
            label: token.label,
            scope: token.grant.scope,
            rooms,
            created_at: token.created_at,
            used_at: token.used_at,
            expires_at: token.grant.until,
        });
    }
    Ok(listing::json(HttpResponse::Ok(), List { items, next }))
}

/// Takes a token back.
#[utoipa::path(delete, path = "/admin/tokens/{id}", responses((status = 204)))]
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
