//! Passkeys: made and removed on `/settings/sign-in`, used on `/login`. A script asks here what to ask the device, and sends
//! its answer by form.

use actix_web::cookie::Cookie;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};

use super::errors::next_of;
use super::fields::Fields;
use super::refusals::{problem_of, retry_after, status_of, words_of};
use super::visit::{Visit, with_cookies, with_retry_after};
use super::{device_label, login, sign_in, welcome};
use crate::auth::AuthError;
use crate::auth::passkeys::Begun;
use crate::protocol::error_code::Problem;
use crate::web::cookies;
use crate::web::views::forms::LoginForm;

/// POST `/login/passkey/begin`
pub async fn begin_login(visit: Visit) -> HttpResponse {
    let begun = visit.state.auth.begin_passkey_login();
    begun_or_words(&visit, begun)
}

/// POST `/login/passkey`
pub async fn log_in(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out_login(&visit, &fields).await;
    let over = cookies::ceremony_over(&visit.state, &visit.request);
    with_cookies(visit.respond(result).await, [over])
}

/// POST `/settings/sign-in/passkeys/begin`
pub async fn begin(visit: Visit, fields: Fields) -> HttpResponse {
    let account = match visit.account() {
        Ok(account) => account,
        Err(problem) => return visit.respond(Err(problem)).await,
    };
    let begun = visit.state.auth.begin_passkey(&account, fields.secret("password"), visit.visitor.address).await;
    begun_or_words(&visit, begun)
}

/// POST `/settings/sign-in/passkeys`
pub async fn add(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out_add(&visit, &fields).await;
    let over = cookies::ceremony_over(&visit.state, &visit.request);
    with_cookies(visit.respond(result).await, [over])
}

/// POST `/settings/sign-in/passkeys/{id}/remove`
pub async fn remove(visit: Visit, id: web::Path<String>) -> HttpResponse {
    let result = carry_out_remove(&visit, &id).await;
    visit.respond(result).await
}

/// What the device is asked, for the script; or a sentence that it shows.
fn begun_or_words(visit: &Visit, begun: Result<Begun, AuthError>) -> HttpResponse {
    match begun {
        Ok(Begun { options, cookie }) => {
            let response = HttpResponse::Ok()
                .insert_header((CACHE_CONTROL, "no-store"))
                .content_type("application/json")
                .body(options);
            with_cookies(response, [cookies::ceremony(&visit.state, &visit.request, cookie)])
        }
        Err(error) => {
            let words = match &error {
                AuthError::WrongCredentials => visit.words.get("auth.not_current"),
                error => words_of(&visit.words, error),
            };
            let response = HttpResponse::build(status_of(&error)).content_type("text/plain; charset=utf-8").body(words);
            with_retry_after(response, retry_after(&error))
        }
    }
}

async fn carry_out_login(visit: &Visit, fields: &Fields) -> Result<HttpResponse, Problem> {
    let (next, label) = (next_of(fields), device_label::of(&visit.request));
    let (cookie, credential) = (ceremony(visit), fields.get("credential"));
    match visit.state.auth.log_in_with_passkey(&cookie, credential, visit.visitor.address, &label).await {
        Ok(login) => {
            login::end_former(visit).await;
            Ok(welcome::logged_in(visit, login, next.as_deref().unwrap_or("/")))
        }
        Err(error) => {
            let error_words = words_of(&visit.words, &error);
            let form = LoginForm { error: error_words, next: next.unwrap_or_default(), ..LoginForm::default() };
            Ok(with_retry_after(login::page(visit, status_of(&error), form)?, retry_after(&error)))
        }
    }
}

async fn carry_out_add(visit: &Visit, fields: &Fields) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    let (cookie, credential) = (ceremony(visit), fields.get("credential"));
    match visit.state.auth.add_passkey(&account, &cookie, credential, fields.get("label")).await {
        Ok(()) => Ok(sign_in::done()),
        Err(error) => sign_in::refused(visit, &error).await,
    }
}

async fn carry_out_remove(visit: &Visit, id: &str) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    match visit.state.auth.remove_passkey(&account, id).await {
        Ok(true) => Ok(sign_in::done()),
        Ok(false) => Err(visit.not_found("error.no_such_login")),
        Err(error @ AuthError::LastWayIn) => sign_in::refused(visit, &error).await,
        Err(error) => Err(problem_of(&visit.words, &error)),
    }
}

fn ceremony(visit: &Visit) -> String {
    visit.request.cookie(cookies::CEREMONY).as_ref().map_or("", Cookie::value).to_owned()
}
