//! `/admin/users`: accounts, and what was decided about them.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json as value;

use super::by;
use crate::admin::people::PersonChange;
use crate::domain::person::SiteRole;
use crate::storage::order::{AccountFilter, WatchedAccount};
use crate::web::api::listing::{List, json};
use crate::web::api::problem::ApiError;
use crate::web::middleware::idempotency::ShownOnce;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// Which accounts.
#[derive(Deserialize)]
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
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    role: Option<SiteRole>,
    suspended: Option<bool>,
    #[serde(default)]
    reason: String,
    silenced: Option<bool>,
    trusted: Option<bool>,
}

/// How to delete.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct How {
    #[serde(default)]
    messages: bool,
}

/// A page of accounts, by name.
pub async fn list(
    state: web::Data<WebState>,
    visitor: Visitor,
    which: web::Query<Which>,
) -> Result<HttpResponse, ApiError> {
    let filter = AccountFilter { name: which.name.clone(), role: which.role, only_in_trouble: which.in_trouble };
    let (people, more) = state.admin.people(&by(&visitor)?, &filter, &which.cursor).await?;
    let next = people.last().filter(|_| more).map(|last| last.account.name.to_string());
    Ok(json(HttpResponse::Ok(), List { items: people.iter().map(WatchedAccount::to_json).collect(), next }))
}

/// One account.
pub async fn show(
    state: web::Data<WebState>,
    visitor: Visitor,
    user: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    Ok(json(HttpResponse::Ok(), state.admin.person(&by(&visitor)?, &user).await?.to_json()))
}

/// Decides something about an account: all that is asked for, or nothing.
pub async fn change(
    state: web::Data<WebState>,
    visitor: Visitor,
    user: web::Path<String>,
    change: web::Json<Change>,
) -> Result<HttpResponse, ApiError> {
    let (by, admin) = (by(&visitor)?, &state.admin);
    let Change { role, suspended, reason, silenced, trusted } = change.into_inner();
    admin.change_person(&by, &user, &PersonChange { role, suspended, reason, silenced, trusted }).await?;
    Ok(json(HttpResponse::Ok(), admin.person(&by, &user).await?.to_json()))
}

/// Deletes an account, with `?messages=true` also what it wrote.
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
pub async fn end_logins(
    state: web::Data<WebState>,
    visitor: Visitor,
    user: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    state.admin.end_logins(&by(&visitor)?, &user).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Makes a link for a new password.
pub async fn reset(
    state: web::Data<WebState>,
    visitor: Visitor,
    user: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let link = state.admin.make_reset_link(&by(&visitor)?, &user).await?;
    let mut answer = json(HttpResponse::Created(), value!({ "path": link.path, "expires_at": link.expires_at }));
    answer.extensions_mut().insert(ShownOnce);
    Ok(answer)
}
