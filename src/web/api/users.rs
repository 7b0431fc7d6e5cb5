//! `/users`: the accounts of this server. Seen by accounts only.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::listing::{List, ListQuery, json};
use super::problem::ApiError;
use crate::domain::ids::UserId;
use crate::domain::name::{NameKey, UserName};
use crate::domain::person::SiteRole;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::users::Account;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

#[derive(Serialize, ToSchema)]
struct User {
    id: UserId,
    name: UserName,
    role: SiteRole,
}

impl From<Account> for User {
    fn from(account: Account) -> Self {
        Self { id: account.id, name: account.name, role: account.site_role }
    }
}

/// Every account, by name.
#[utoipa::path(get, path = "/users", params(ListQuery), responses((status = 200, body = List<User>)))]
pub async fn list(
    state: web::Data<WebState>,
    visitor: Visitor,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    visitor.account()?;
    let part = query.part()?;
    // The cursor holds a name; its key is where the database goes on.
    let after = part.after.as_deref().map(NameKey::of);
    let accounts = state.store.users(after.as_ref(), part.limit + 1).await?;
    let list = List::from_surplus(accounts, &part, |account| account.name.to_string());
    Ok(json(HttpResponse::Ok(), list.map(User::from)))
}

/// One account, by name or by id.
#[utoipa::path(get, path = "/users/{user}", responses((status = 200, body = User)))]
pub async fn show(
    state: web::Data<WebState>,
    visitor: Visitor,
    user: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    visitor.account()?;
    let account = find(&state, &user).await?;
    Ok(json(HttpResponse::Ok(), User::from(account)))
}

/// The account with this id or this name.
pub(super) async fn find(state: &WebState, text: &str) -> Result<Account, ApiError> {
    const HYPHENATED: usize = 36;
    // Only the long form is an id: 32 hexadecimal digits may be a name, 36 characters may not.
    let account = match UserId::parse(text).filter(|_| text.len() == HYPHENATED) {
        Some(id) => state.store.user(id).await?,
        None => state.store.user_by_name(&NameKey::of(text.trim())).await?,
    };
    let missing = || Problem { field: Some("user"), ..Problem::new(ErrorCode::NotFound, "there is no such person") };
    account.ok_or_else(|| missing().into())
}
