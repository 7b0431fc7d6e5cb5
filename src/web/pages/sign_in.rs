//! `/settings/sign-in`: the ways to log in beside a password.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::fields::Fields;
use super::refusals::{problem_of, retry_after, status_of, words_of};
use super::visit::{Visit, redirect, with_retry_after};
use crate::auth::AuthError;
use crate::protocol::error_code::Problem;
use crate::web::views::forms::FormPage;
use crate::web::views::sign_in::SignInForm;
#[cfg(feature = "passkeys")]
use crate::web::views::{sign_in::PasskeyView, time};

/// GET `/settings/sign-in`
pub async fn show(visit: Visit) -> HttpResponse {
    let saved = Fields::of_query(&visit.request).get("saved") == "yes";
    let result = page(&visit, StatusCode::OK, SignInForm { saved, ..SignInForm::default() }).await;
    visit.respond(result).await
}

/// Back to the page after something was saved.
pub(super) fn done() -> HttpResponse {
    redirect("/settings/sign-in?saved=yes")
}

/// The page, saying why nothing was saved.
pub(super) async fn refused(visit: &Visit, error: &AuthError) -> Result<HttpResponse, Problem> {
    let words = match error {
        AuthError::WrongCredentials => visit.words.get("auth.not_current"),
        error => words_of(&visit.words, error),
    };
    let form = SignInForm { error: words, ..SignInForm::default() };
    Ok(with_retry_after(page(visit, status_of(error), form).await?, retry_after(error)))
}

/// The page.
pub(super) async fn page(visit: &Visit, status: StatusCode, form: SignInForm) -> Result<HttpResponse, Problem> {
    let (account, auth) = (visit.account()?, &visit.state.auth);
    if !auth.has_other_ways_in() {
        return Err(Problem::new(crate::protocol::error_code::ErrorCode::NotFound, "there are passwords only"));
    }
    let problem = |error| problem_of(&visit.words, &error);
    let mut form = SignInForm {
        has_password: auth.has_password(&account).await.map_err(problem)?,
        provider: auth.provider_name().unwrap_or_default().to_owned(),
        passkeys_on: auth.passkeys_on(),
        ..form
    };
    #[cfg(feature = "oidc")]
    {
        form.is_connected = auth.is_connected(&account).await.map_err(problem)?;
    }
    #[cfg(feature = "passkeys")]
    {
        let (now, zone) = (visit.state.clock.now(), visit.state.renderer.zone());
        let moment = |at| time::moment(at, now, zone, &visit.words);
        let view = |key: &crate::storage::passkeys::StoredPasskey| PasskeyView {
            id: crate::auth::passkeys::name_of(key),
            label: key.label.clone(),
            created: moment(key.created_at),
            used: key.used_at.map(moment),
        };
        form.passkeys = auth.passkeys_of(&account).await.map_err(problem)?.iter().map(view).collect();
    }
    let page = visit.page_view(&visit.words.get("sign_in.title"));
    visit.html(status, "pages/sign_in.html", &FormPage { page, form })
}
