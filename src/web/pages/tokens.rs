//! `/settings/tokens/...`: tokens for programs.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::devices;
use super::fields::Fields;
use super::refusals::{retry_after, status_of, words_of};
use super::settings::{self, Left};
use super::visit::{Visit, with_retry_after};
use crate::auth::AuthError;
use crate::auth::devices::TokenWish;
use crate::domain::grant::Scope;
use crate::domain::name::RoomName;
use crate::protocol::error_code::{Problem, bad_name};
use crate::web::api::extract::number;
use crate::web::token_wish::{life_of, rooms_of};
use crate::web::views::settings::TokenForm;

/// POST `/settings/tokens`
pub async fn make(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out(&visit, &fields).await;
    visit.respond(result).await
}

/// POST `/settings/tokens/{device}/revoke`
pub async fn revoke(visit: Visit, device: web::Path<String>) -> HttpResponse {
    let result = devices::end(&visit, &device, "tokens").await;
    visit.respond(result).await
}

/// The secret stands in this one answer and nowhere else: a redirect would have to carry it through an address.
async fn carry_out(visit: &Visit, fields: &Fields) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    let mut form = form_of(fields);
    let wish = match wish_of(visit, &form).await {
        Ok(wish) => wish,
        Err(problem) if problem.field == Some("rooms") => {
            form.rooms_error = visit.words.get("settings.token_bad_rooms");
            let left = Left { status: StatusCode::UNPROCESSABLE_ENTITY, token: form, ..Left::default() };
            return settings::page(visit, left).await;
        }
        Err(problem) => return Err(problem),
    };
    match visit.state.auth.make_token(&account, wish).await {
        Ok(login) => settings::page(visit, Left { new_token: login.secret, ..Left::default() }).await,
        Err(error) => {
            let words = words_of(&visit.words, &error);
            match error {
                AuthError::AdminInRooms => form.rooms_error = words,
                _ => form.label_error = words,
            }
            let left = Left { status: status_of(&error), token: form, ..Left::default() };
            Ok(with_retry_after(settings::page(visit, left).await?, retry_after(&error)))
        }
    }
}

/// What was typed, to be shown again.
pub fn form_of(fields: &Fields) -> TokenForm {
    TokenForm {
        label_value: fields.get("label").to_owned(),
        scope_value: fields.get("scope").to_owned(),
        rooms_value: fields.get("rooms").trim().to_owned(),
        days_value: fields.get("days").to_owned(),
        ..TokenForm::default()
    }
}

/// What was typed. A form without a choice of scope asks for all of it; what is no scope is refused.
pub async fn wish_of(visit: &Visit, form: &TokenForm) -> Result<TokenWish, Problem> {
    let scope = match form.scope_value.as_str() {
        "" => Scope::Admin,
        text => Scope::parse(text).ok_or_else(|| Problem::field("scope", "`scope` must be read, write or admin"))?,
    };
    let days = number("days", Some(form.days_value.as_str()).filter(|days| !days.is_empty()))?;
    let names = form.rooms_value.split([' ', ',']).filter(|name| !name.is_empty());
    let names: Vec<RoomName> = names
        .map(|name| RoomName::parse_existing(name).map_err(|error| bad_name("rooms", &error)))
        .collect::<Result<_, _>>()?;
    let names = (!names.is_empty()).then_some(names);
    Ok(TokenWish {
        label: form.label_value.clone(),
        scope,
        rooms: rooms_of(&visit.state.chat, &visit.account()?, names).await?,
        life: life_of(days)?,
    })
}
