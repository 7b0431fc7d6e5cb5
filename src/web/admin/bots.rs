//! `/admin/bots`: accounts for programs, and their tokens.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::desk::{Desk, FieldView, Left, Section, done};
use super::people;
use super::tokens::{self, TokenRow};
use crate::admin::AdminError;
use crate::auth::AuthError;
use crate::domain::ids::DeviceId;
use crate::domain::office::Power;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::users::Account;
use crate::web::pages::fields::Fields;
use crate::web::pages::tokens::{form_of, wish_of};
use crate::web::views::settings::TokenForm;
use crate::web::views::{hue, initials, url};

#[derive(Serialize)]
struct Body {
    bots: Vec<BotRow>,
    name: FieldView,
}

#[derive(Serialize)]
struct BotRow {
    name: String,
    url: String,
    initials: String,
    hue: u64,
    created: String,
    suspended: bool,
}

#[derive(Serialize)]
struct BotBody {
    bot: BotRow,
    /// Where it is suspended and deleted, like every account.
    account_url: String,
    tokens: Vec<TokenRow>,
    token: TokenForm,
    /// Shown this once.
    new_token: String,
}

/// The page of a bot.
pub fn url_of(name: &str) -> String {
    format!("/admin/bots/{}", url::segment(name))
}

/// GET `/admin/bots`
pub async fn show(desk: Desk) -> HttpResponse {
    let result = page(&desk, Left::default()).await;
    desk.respond(result).await
}

/// POST `/admin/bots`
pub async fn make(desk: Desk, fields: Fields) -> HttpResponse {
    let result = match desk.admin().make_bot(&desk.by, fields.get("name")).await {
        Ok(bot) => Ok(done(&url_of(bot.name.as_str()))),
        Err(error) => match refuse_name(&desk, &fields, &error) {
            Ok(left) => page(&desk, left).await,
            Err(problem) => Err(problem),
        },
    };
    desk.respond(result).await
}

/// GET `/admin/bots/{name}`
pub async fn show_one(desk: Desk, name: web::Path<String>) -> HttpResponse {
    let result = bot_page(&desk, &name, Left::default(), TokenForm::default(), String::new()).await;
    desk.respond(result).await
}

/// POST `/admin/bots/{name}/tokens`. The page itself is the answer: the secret is shown this once.
pub async fn make_token(desk: Desk, name: web::Path<String>, fields: Fields) -> HttpResponse {
    let result = carry_out_token(&desk, &name, &fields).await;
    desk.respond(result).await
}

/// POST `/admin/bots/{name}/tokens/{id}/revoke`
pub async fn revoke(desk: Desk, path: web::Path<(String, String)>) -> HttpResponse {
    let (name, id) = path.into_inner();
    let result = carry_out_revocation(&desk, &name, &id).await;
    desk.respond(result).await
}

fn refuse_name(desk: &Desk, fields: &Fields, error: &AdminError) -> Result<Left, Problem> {
    let left = Left::typed(fields, &["name"]);
    match error {
        AdminError::Auth(AuthError::Storage(_)) | AdminError::Refused(_) | AdminError::Storage(_) => {
            Err(desk.problem(error))
        }
        error => Ok(left.refuse_field("name", super::told::words(&desk.visit.words, error))),
    }
}

async fn find(desk: &Desk, name: &str) -> Result<Account, Problem> {
    desk.admin().allow(&desk.by, Power::Tokens).map_err(|error| desk.problem(&error))?;
    let person = desk.visit.account()?;
    let found = desk.visit.state.auth.bot(&person, name.trim()).await;
    let found = found.map_err(|error| desk.problem(&error.into()))?;
    found.ok_or_else(|| Problem::new(ErrorCode::NotFound, "there is no such bot"))
}

async fn carry_out_token(desk: &Desk, name: &str, fields: &Fields) -> Result<HttpResponse, Problem> {
    let (bot, person, words) = (find(desk, name).await?, desk.visit.account()?, &desk.visit.words);
    let mut form = form_of(fields);
    let mut refused = Left::default();
    refused.status = StatusCode::UNPROCESSABLE_ENTITY;
    let wish = match wish_of(&desk.visit, &form).await {
        Ok(wish) => wish,
        Err(problem) if problem.field == Some("rooms") => {
            form.rooms_error = words.get("settings.token_bad_rooms");
            return bot_page(desk, name, refused, form, String::new()).await;
        }
        Err(problem) => return Err(problem),
    };
    match desk.admin().make_bot_token(&desk.by, &person, bot, wish).await {
        Ok(login) => bot_page(desk, name, Left::default(), TokenForm::default(), login.secret).await,
        Err(error) if super::told::is_fatal(&error) => Err(desk.problem(&error)),
        Err(error) => {
            let said = super::told::words(words, &error);
            match error {
                AdminError::Auth(AuthError::AdminInRooms) => form.rooms_error = said,
                _ => form.label_error = said,
            }
            bot_page(desk, name, refused, form, String::new()).await
        }
    }
}

async fn carry_out_revocation(desk: &Desk, name: &str, id: &str) -> Result<HttpResponse, Problem> {
    let (bot, person) = (find(desk, name).await?, desk.visit.account()?);
    let gone = || Problem::new(ErrorCode::NotFound, "this bot has no such token");
    let id = DeviceId::parse(id).ok_or_else(gone)?;
    let revoked = desk.admin().revoke_bot_token(&desk.by, &person, &bot, id).await;
    if !revoked.map_err(|error| desk.problem(&error))? {
        return Err(gone());
    }
    desk.visit.state.chat.end_device(id);
    Ok(done(&url_of(bot.name.as_str())))
}

async fn page(desk: &Desk, left: Left) -> Result<HttpResponse, Problem> {
    desk.admin().allow(&desk.by, Power::Tokens).map_err(|error| desk.problem(&error))?;
    let person = desk.visit.account()?;
    let bots = desk.visit.state.auth.bots(&person).await.map_err(|error| desk.problem(&error.into()))?;
    let body = Body { bots: bots.iter().map(|bot| row(desk, bot)).collect(), name: left.field("name", "") };
    desk.page(Section::Bots, "admin/bots.html", &left, &body).await
}

async fn bot_page(
    desk: &Desk,
    name: &str,
    left: Left,
    token: TokenForm,
    new_token: String,
) -> Result<HttpResponse, Problem> {
    let (bot, person) = (find(desk, name).await?, desk.visit.account()?);
    let found = desk.visit.state.auth.bot_tokens(&person, &bot).await;
    let mut rows = Vec::new();
    for device in found.map_err(|error| desk.problem(&error.into()))? {
        rows.push(tokens::row(desk, &device, &bot).await?);
    }
    let account_url = people::url_of(bot.name.as_str());
    let body = BotBody { bot: row(desk, &bot), account_url, tokens: rows, token, new_token };
    desk.page(Section::Bots, "admin/bot.html", &left, &body).await
}

fn row(desk: &Desk, bot: &Account) -> BotRow {
    let name = bot.name.as_str();
    BotRow {
        url: url_of(name),
        initials: initials(name),
        hue: hue(bot.id),
        created: desk.moment(bot.created_at),
        suspended: desk.visit.state.auth.let_in(Some(bot.id), None).is_err(),
        name: name.to_owned(),
    }
}
