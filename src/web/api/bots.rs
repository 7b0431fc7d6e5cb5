//! `/bots`: accounts for programs, with tokens only. For admins.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::admin::by;
use super::extract::Body;
use super::listing::{List, ListQuery, json, newest_first};
use super::openapi::texts;
use super::problem::ApiError;
use super::tokens::{self, NewToken};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{DeviceId, UserId};
use crate::domain::name::UserName;
use crate::domain::person::Person;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::users::Account;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// What a new bot is made of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBot {
    #[schema(value_type = texts::NewUserName)]
    name: String,
}

#[derive(Serialize, ToSchema)]
struct Bot {
    id: UserId,
    name: UserName,
    created_at: Timestamp,
}

impl From<Account> for Bot {
    fn from(account: Account) -> Self {
        Self { id: account.id, name: account.name, created_at: account.created_at }
    }
}

/// Every bot, by name.
#[utoipa::path(get, path = "/bots", params(ListQuery), responses((status = 200, body = List<Bot>)))]
pub async fn list(
    state: web::Data<WebState>,
    visitor: Visitor,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    let (person, part) = (visitor.account()?, query.part()?);
    let bots = state.auth.bots(&person).await?;
    let page = List::cut(bots, &part, |bot| bot.name.key().as_str().to_owned());
    Ok(json(HttpResponse::Ok(), page.map(Bot::from)))
}

/// Makes a bot.
#[utoipa::path(post, path = "/bots", request_body = NewBot, responses((status = 201, body = Bot), (status = 409)))]
pub async fn make(state: web::Data<WebState>, visitor: Visitor, body: Body<NewBot>) -> Result<HttpResponse, ApiError> {
    let bot = state.admin.make_bot(&by(&visitor)?, &body.name).await?;
    Ok(json(HttpResponse::Created(), Bot::from(bot)))
}

/// The tokens of a bot, the newest first.
#[utoipa::path(
    get,
    path = "/bots/{bot}/tokens",
    params(ListQuery),
    responses((status = 200, body = List<tokens::Token>))
)]
pub async fn tokens(
    state: web::Data<WebState>,
    visitor: Visitor,
    bot: web::Path<String>,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    let (person, part) = (visitor.account()?, query.part()?);
    let bot = find(&state, &person, &bot).await?;
    let devices = state.auth.bot_tokens(&person, &bot).await?;
    let page = List::cut(devices, &part, |device| newest_first(device.created_at, &device.id.to_string()));
    Ok(json(HttpResponse::Ok(), tokens::shown(&state, page, None).await?))
}

/// Makes a token for a bot; its secret is in this answer and nowhere else.
#[utoipa::path(
    post,
    path = "/bots/{bot}/tokens",
    request_body = NewToken,
    responses((status = 201, body = tokens::MadeToken))
)]
pub async fn make_token(
    state: web::Data<WebState>,
    visitor: Visitor,
    bot: web::Path<String>,
    body: Body<NewToken>,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.account()?;
    let bot = find(&state, &person, &bot).await?;
    let wish = tokens::wish_of(&state, &visitor, body.into_inner().0).await?;
    let label = wish.label.clone();
    let login = state.admin.make_bot_token(&by(&visitor)?, &person, bot, wish).await?;
    Ok(tokens::made(&login, &label))
}

/// Ends a token of a bot, and the sessions it opened.
#[utoipa::path(delete, path = "/bots/{bot}/tokens/{id}", responses((status = 204)))]
pub async fn revoke_token(
    state: web::Data<WebState>,
    visitor: Visitor,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.account()?;
    let bot = find(&state, &person, &path.0).await?;
    let missing = || Problem::new(ErrorCode::NotFound, "this bot has no such token");
    let device = DeviceId::parse(&path.1).ok_or_else(missing)?;
    if !state.admin.revoke_bot_token(&by(&visitor)?, &person, &bot, device).await? {
        return Err(missing().into());
    }
    state.chat.end_device(device);
    Ok(HttpResponse::NoContent().finish())
}

async fn find(state: &WebState, caller: &Person, name: &str) -> Result<Account, ApiError> {
    let found = state.auth.bot(caller, name.trim()).await?;
    found.ok_or_else(|| Problem::new(ErrorCode::NotFound, "there is no such bot").into())
}
