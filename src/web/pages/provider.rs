//! `/login/oidc`: to the provider of OpenID Connect and back.
//!
//! The way there is a link and not a form: `form-action` of our policy holds for where a form is redirected to as well.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::cookie::Cookie;

use super::errors::next_of;
use super::fields::Fields;
use super::refusals::{problem_of, status_of, words_of};
use super::settings::base_url;
use super::visit::{Visit, redirect, with_cookies};
use super::{device_label, login, sign_in, welcome};
use crate::auth::AuthError;
use crate::auth::oidc::{Answer, Arrival, Arriving, Departure};
use crate::protocol::error_code::Problem;
use crate::web::cookies;
use crate::web::views::forms::LoginForm;
use crate::web::views::sign_in::SignInForm;

/// Where the provider sends browsers back to.
const CALLBACK: &str = "/login/oidc/callback";

/// GET `/login/oidc`
pub async fn leave(visit: Visit) -> HttpResponse {
    let next = next_of(&Fields::of_query(&visit.request)).unwrap_or_default();
    if visit.is_account() {
        return redirect(if next.is_empty() { "/" } else { &next });
    }
    let result = match visit.state.auth.leave_for_provider(&next, &callback(&visit)).await {
        Ok(departure) => Ok(sent_away(&visit, departure)),
        Err(error) => refused(&visit, &error).await,
    };
    visit.respond(result).await
}

/// GET `/login/oidc/callback`
pub async fn come_back(visit: Visit) -> HttpResponse {
    let result = arrive(&visit).await;
    // Whatever came of it, the errand is over.
    let over = cookies::errand_over(&visit.state, &visit.request);
    with_cookies(visit.respond(result).await, [over])
}

/// POST `/settings/sign-in/provider`: connects the account. The answer is a page with a link, see above.
pub async fn connect(visit: Visit, fields: Fields) -> HttpResponse {
    let result = begin_to_connect(&visit, &fields).await;
    visit.respond(result).await
}

/// POST `/settings/sign-in/provider/remove`
pub async fn disconnect(visit: Visit) -> HttpResponse {
    let result = end_connection(&visit).await;
    visit.respond(result).await
}

fn sent_away(visit: &Visit, departure: Departure) -> HttpResponse {
    with_cookies(redirect(&departure.url), [cookies::errand(&visit.state, &visit.request, departure.cookie)])
}

async fn arrive(visit: &Visit) -> Result<HttpResponse, Problem> {
    let (query, label) = (Fields::of_query(&visit.request), device_label::of(&visit.request));
    let cookie = visit.request.cookie(cookies::ERRAND);
    let answer = Answer {
        code: query.get("code"),
        state: query.get("state"),
        error: query.get("error"),
        issuer: query.get("iss"),
    };
    let arriving = Arriving {
        cookie: cookie.as_ref().map_or("", Cookie::value),
        person: visit.visitor.person.as_deref().filter(|person| !person.is_guest()),
        address: visit.visitor.address,
        label: &label,
        redirect: &callback(visit),
    };
    match visit.state.auth.arrive(answer, arriving).await {
        Ok(Arrival::Connected) => Ok(sign_in::done()),
        Ok(Arrival::In { login, is_new, next }) => {
            login::end_former(visit).await;
            let mut next = Some(next).filter(|next| !next.is_empty());
            if is_new {
                let lobby = welcome::enter_lobby(visit, &Arc::new(login.person.clone())).await;
                next = next.or(Some(lobby));
            }
            Ok(welcome::logged_in(visit, login, next.as_deref().unwrap_or("/")))
        }
        Err(error) => refused(visit, &error).await,
    }
}

async fn refused(visit: &Visit, error: &AuthError) -> Result<HttpResponse, Problem> {
    let words = words_of(&visit.words, error);
    if visit.is_account() {
        return sign_in::page(visit, status_of(error), SignInForm { error: words, ..SignInForm::default() }).await;
    }
    login::page(visit, status_of(error), LoginForm { error: words, ..LoginForm::default() })
}

async fn begin_to_connect(visit: &Visit, fields: &Fields) -> Result<HttpResponse, Problem> {
    let (account, address) = (visit.account()?, visit.visitor.address);
    let password = fields.secret("password");
    match visit.state.auth.connect_at_provider(&account, password, address, &callback(visit)).await {
        Ok(Departure { url, cookie }) => {
            let form = SignInForm { leave_url: url, ..SignInForm::default() };
            let page = sign_in::page(visit, actix_web::http::StatusCode::OK, form).await?;
            Ok(with_cookies(page, [cookies::errand(&visit.state, &visit.request, cookie)]))
        }
        Err(error) => sign_in::refused(visit, &error).await,
    }
}

async fn end_connection(visit: &Visit) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    match visit.state.auth.disconnect(&account).await {
        Ok(_) => Ok(sign_in::done()),
        Err(error @ AuthError::LastWayIn) => sign_in::refused(visit, &error).await,
        Err(error) => Err(problem_of(&visit.words, &error)),
    }
}

fn callback(visit: &Visit) -> String {
    format!("{}{CALLBACK}", base_url(visit))
}
