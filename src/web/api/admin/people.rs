//! `/admin/users`: accounts, and what was decided about them.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::by;
use super::shown::ResetPath;
use crate::admin::people::{PersonChange, checked_reason};
use crate::domain::person::SiteRole;
use crate::storage::order::{AccountFilter, ShownAccount, WatchedAccount};
use crate::web::api::extract::Body;
use crate::web::api::listing::{List, json};
use crate::web::api::openapi::texts;
use crate::web::api::problem::ApiError;
use crate::web::middleware::idempotency::ShownOnce;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// Which accounts.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Which {
    #[serde(default)]
    name: String,
    role: Option<SiteRole>,
    #[serde(default)]
    in_trouble: bool,
    #[serde(default)]
    cursor: String,
}

/// What is to be another way.
#[derive(Deserialize, ToSchema)]
#[schema(as = AccountDecision)]
#[serde(deny_unknown_fields)]
pub struct Change {
    role: Option<SiteRole>,
    suspended: Option<bool>,
    #[serde(default)]
    #[schema(value_type = texts::SomeReason)]
    reason: String,
    silenced: Option<bool>,
    trusted: Option<bool>,
}

/// How to delete.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct How {
    #[serde(default)]
    messages: bool,
}

/// A page of accounts, by name.
#[utoipa::path(get, path = "/admin/users", params(Which), responses((status = 200, body = List<ShownAccount>)))]
pub async fn list(
    state: web::Data<WebState>,
    visitor: Visitor,
    which: web::Query<Which>,
) -> Result<HttpResponse, ApiError> {
    let filter = AccountFilter { name: which.name.clone(), role: which.role, only_in_trouble: which.in_trouble };
    let (people, more) = state.admin.people(&by(&visitor)?, &filter, &which.cursor).await?;
    let next = people.last().filter(|_| more).map(|last| last.account.name.to_string());
    Ok(json(HttpResponse::Ok(), List { items: people.iter().map(WatchedAccount::shown).collect(), next }))
}

/// One account.
#[utoipa::path(get, path = "/admin/users/{user}", responses((status = 200, body = ShownAccount)))]
pub async fn show(
    state: web::Data<WebState>,
    visitor: Visitor,
    user: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    Ok(json(HttpResponse::Ok(), state.admin.person(&by(&visitor)?, &user).await?.shown()))
}

/// Decides something about an account: all that is asked for, or nothing.
#[utoipa::path(
    patch,
    path = "/admin/users/{user}",
    request_body = Change,
    responses((status = 200, body = ShownAccount), (status = 409))
)]
pub async fn change(
    state: web::Data<WebState>,
    visitor: Visitor,
    user: web::Path<String>,
    change: Body<Change>,
) -> Result<HttpResponse, ApiError> {
    let (by, admin) = (by(&visitor)?, &state.admin);
    let Change { role, suspended, reason, silenced, trusted } = change.into_inner().0;
    // Also where nothing takes it: all of a request is judged.
    checked_reason(&reason)?;
    admin.change_person(&by, &user, &PersonChange { role, suspended, reason, silenced, trusted }).await?;
    Ok(json(HttpResponse::Ok(), admin.person(&by, &user).await?.shown()))
}

/// Deletes an account, with `?messages=true` also what it wrote.
#[utoipa::path(delete, path = "/admin/users/{user}", params(How), responses((status = 204), (status = 409)))]
pub async fn remove(
    state: web::Data<WebState>,
    visitor: Visitor,
    user: web::Path<String>,
    how: web::Query<How>,
) -> Result<HttpResponse, ApiError> {
    state.admin.delete_person(&by(&visitor)?, &user, how.messages).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends every login of an account.
#[utoipa::path(delete, path = "/admin/users/{user}/logins", responses((status = 204)))]
pub async fn end_logins(
    state: web::Data<WebState>,
    visitor: Visitor,
    user: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    state.admin.end_logins(&by(&visitor)?, &user).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Makes a link for a new password.
#[utoipa::path(post, path = "/admin/users/{user}/reset", responses((status = 201, body = ResetPath), (status = 409)))]
pub async fn reset(
    state: web::Data<WebState>,
    visitor: Visitor,
    user: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let link = state.admin.make_reset_link(&by(&visitor)?, &user).await?;
    let mut answer = json(HttpResponse::Created(), ResetPath { path: &link.path, expires_at: link.expires_at });
    answer.extensions_mut().insert(ShownOnce);
    Ok(answer)
}
