//! `/login`: a new login for an account, in one step or, with a second factor, in two.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::errors::next_of;
use super::fields::Fields;
use super::refusals::{retry_after, status_of, words_of};
use super::visit::{Visit, redirect, with_retry_after};
use super::{device_label, welcome};
use crate::auth::AuthError;
use crate::auth::second_factor::Entry;
use crate::domain::access::{GuestAccess, Registration};
use crate::protocol::error_code::Problem;
use crate::web::views::forms::{FormPage, LoginForm};
use crate::web::views::sign_in::CodeForm;
use crate::web::views::url;

/// GET `/login`
pub async fn show(visit: Visit) -> HttpResponse {
    let next = next_of(&Fields::of_query(&visit.request));
    if visit.is_account() {
        return redirect(next.as_deref().unwrap_or("/"));
    }
    let form = LoginForm { next: next.unwrap_or_default(), ..LoginForm::default() };
    let result = page(&visit, StatusCode::OK, form);
    visit.respond(result).await
}

/// POST `/login`
pub async fn log_in(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out(&visit, &fields).await;
    visit.respond(result).await
}

async fn carry_out(visit: &Visit, fields: &Fields) -> Result<HttpResponse, Problem> {
    let (name, next) = (fields.get("name"), next_of(fields));
    let label = device_label::of(&visit.request);
    match visit.state.auth.log_in(name, fields.secret("password"), visit.visitor.address, &label).await {
        Ok(Entry::In(login)) => {
            end_former(visit).await;
            Ok(welcome::logged_in(visit, login, next.as_deref().unwrap_or("/")))
        }
        Ok(Entry::CodeNeeded { ticket }) => {
            let form = CodeForm { ticket, next: next.unwrap_or_default(), ..CodeForm::default() };
            code_page(visit, StatusCode::OK, form)
        }
        Err(error) => {
            let form = LoginForm {
                name_value: name.to_owned(),
                error: words_of(&visit.words, &error),
                next: next.unwrap_or_default(),
                ..LoginForm::default()
            };
            Ok(with_retry_after(page(visit, status_of(&error), form)?, retry_after(&error)))
        }
    }
}

/// POST `/login/code`
pub async fn log_in_with_code(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out_code(&visit, &fields).await;
    visit.respond(result).await
}

/// POST `/login/jwt`: a program that embeds us logs somebody's browser in, with a token that vouches for them.
pub async fn log_in_by_token(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out_token(&visit, &fields).await;
    visit.respond(result).await
}

async fn carry_out_token(visit: &Visit, fields: &Fields) -> Result<HttpResponse, Problem> {
    let (auth, label) = (&visit.state.auth, device_label::of(&visit.request));
    let entered = auth.log_in_vouched(fields.get("token"), visit.visitor.address, &label).await;
    let (login, rooms) = match entered {
        Ok(entered) => entered,
        Err(error) => {
            let form = LoginForm { error: words_of(&visit.words, &error), ..LoginForm::default() };
            return Ok(with_retry_after(page(visit, status_of(&error), form)?, retry_after(&error)));
        }
    };
    visit.state.chat.admit(&login.person, rooms).await;
    end_former(visit).await;
    Ok(welcome::logged_in(visit, login, next_of(fields).as_deref().unwrap_or("/")))
}

async fn carry_out_code(visit: &Visit, fields: &Fields) -> Result<HttpResponse, Problem> {
    let (ticket, next) = (fields.get("ticket"), next_of(fields));
    let label = device_label::of(&visit.request);
    let entered = visit.state.auth.log_in_with_code(ticket, fields.get("code"), visit.visitor.address, &label).await;
    match entered {
        Ok(login) => {
            end_former(visit).await;
            Ok(welcome::logged_in(visit, login, next.as_deref().unwrap_or("/")))
        }
        // Without a ticket there is nothing to ask a code for: from the beginning.
        Err(error @ (AuthError::TicketEnded | AuthError::FactorOff | AuthError::ShutOut { .. })) => {
            let error_words = words_of(&visit.words, &error);
            let form = LoginForm { error: error_words, next: next.unwrap_or_default(), ..LoginForm::default() };
            page(visit, status_of(&error), form)
        }
        Err(error) => {
            let code_error = words_of(&visit.words, &error);
            let form = CodeForm { ticket: ticket.to_owned(), code_error, next: next.unwrap_or_default() };
            Ok(with_retry_after(code_page(visit, status_of(&error), form)?, retry_after(&error)))
        }
    }
}

fn code_page(visit: &Visit, status: StatusCode, form: CodeForm) -> Result<HttpResponse, Problem> {
    let page = visit.page_view(&visit.words.get("login.code_title"));
    visit.html(status, "pages/login_code.html", &FormPage { page, form })
}

/// The browser's cookie is about to be replaced: a login that nobody could end any more must not live on.
pub(super) async fn end_former(visit: &Visit) {
    let Ok(account) = visit.account() else { return };
    let Some(device) = visit.visitor.device() else { return };
    match visit.state.auth.revoke(&account, device).await {
        Ok(_) => visit.state.chat.end_device(device),
        Err(error) => log::warn!("a former login could not be ended: {error}"),
    }
}

/// The page, with what its form left on it.
pub(super) fn page(visit: &Visit, status: StatusCode, form: LoginForm) -> Result<HttpResponse, Problem> {
    let (auth, access) = (&visit.state.auth, visit.state.auth.access());
    let form = LoginForm {
        can_register: access.registration == Registration::Open && !access.demo && !auth.passwords_off(),
        provider: auth.provider_name().unwrap_or_default().to_owned(),
        provider_url: format!("/login/oidc?next={}", url::segment(&form.next)),
        passkeys: auth.passkeys_on(),
        guests: access.guests != GuestAccess::Off,
        ..form
    };
    visit.html(status, "pages/login.html", &FormPage { page: visit.page_view(&visit.words.get("login.title")), form })
}
