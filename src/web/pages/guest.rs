//! `/guest`: a name for one visit.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::errors::next_of;
use super::fields::Fields;
use super::refusals::{retry_after, status_of, words_of};
use super::visit::{Visit, redirect, with_cookies, with_retry_after};
use crate::domain::access::GuestAccess;
use crate::protocol::error_code::Problem;
use crate::web::cookies;
use crate::web::views::forms::{FormPage, GuestForm};
use crate::web::views::url;

/// GET `/guest`
pub async fn show(visit: Visit) -> HttpResponse {
    let next = next_of(&Fields::of_query(&visit.request));
    if let Some(elsewhere) = elsewhere(&visit, next.as_deref()) {
        return elsewhere;
    }
    let form = GuestForm { next: next.unwrap_or_default(), ..GuestForm::default() };
    let result = page(&visit, StatusCode::OK, form);
    visit.respond(result).await
}

/// POST `/guest`
pub async fn enter(visit: Visit, fields: Fields) -> HttpResponse {
    let next = next_of(&fields);
    if let Some(elsewhere) = elsewhere(&visit, next.as_deref()) {
        return elsewhere;
    }
    let result = carry_out(&visit, fields.get("name"), next);
    visit.respond(result).await
}

/// Accounts have a name, and where guests are off nobody gets one.
fn elsewhere(visit: &Visit, next: Option<&str>) -> Option<HttpResponse> {
    if visit.is_account() {
        return Some(redirect(next.unwrap_or("/")));
    }
    let is_off = visit.state.auth.access().guests == GuestAccess::Off;
    is_off.then(|| redirect(&url::login(next.unwrap_or("/"))))
}

fn carry_out(visit: &Visit, name: &str, next: Option<String>) -> Result<HttpResponse, Problem> {
    match visit.state.auth.new_guest(name) {
        Ok(guest) => {
            let cookie = cookies::guest(&visit.state, &visit.request, visit.state.auth.guest_token(&guest));
            Ok(with_cookies(redirect(next.as_deref().unwrap_or("/")), [cookie]))
        }
        Err(error) => {
            let form = GuestForm {
                name_value: name.to_owned(),
                name_error: words_of(&visit.words, &error),
                next: next.unwrap_or_default(),
            };
            Ok(with_retry_after(page(visit, status_of(&error), form)?, retry_after(&error)))
        }
    }
}

fn page(visit: &Visit, status: StatusCode, form: GuestForm) -> Result<HttpResponse, Problem> {
    visit.html(
        status,
        "pages/guest.html",
        &FormPage { page: visit.page_view(&visit.words.get("guest.pick_a_name")), form },
    )
}
