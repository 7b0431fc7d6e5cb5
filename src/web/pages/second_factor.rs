//! `/settings/second-factor/...`: the code that is asked for beside the password.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::fields::Fields;
use super::refusals::{problem_of, retry_after, status_of, words_of};
use super::settings;
use super::visit::{Visit, with_retry_after};
use crate::auth::AuthError;
use crate::protocol::error_code::Problem;
use crate::web::views::forms::FormPage;
use crate::web::views::sign_in::{FactorForm, QrView};

/// GET `/settings/second-factor`
pub async fn show(visit: Visit) -> HttpResponse {
    let result = page(&visit, StatusCode::OK, FactorForm::default()).await;
    visit.respond(result).await
}

/// POST `/settings/second-factor`
pub async fn turn_on(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out(&visit, &fields, Wish::On).await;
    visit.respond(result).await
}

/// POST `/settings/second-factor/codes`
pub async fn renew_codes(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out(&visit, &fields, Wish::Codes).await;
    visit.respond(result).await
}

/// POST `/settings/second-factor/remove`
pub async fn turn_off(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out(&visit, &fields, Wish::Off).await;
    visit.respond(result).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    On,
    Codes,
    Off,
}

async fn carry_out(visit: &Visit, fields: &Fields, wish: Wish) -> Result<HttpResponse, Problem> {
    let (account, auth, address) = (visit.account()?, &visit.state.auth, visit.visitor.address);
    let (password, secret, code) = (fields.secret("password"), fields.get("secret"), fields.get("code"));
    let done = match wish {
        Wish::On => auth.turn_factor_on(&account, password, secret, code, address).await,
        Wish::Codes => auth.renew_recovery_codes(&account, password, code, address).await,
        Wish::Off => auth.turn_factor_off(&account, password, code, address).await.map(|()| Vec::new()),
    };
    match done {
        Ok(_) if wish == Wish::Off => Ok(settings::saved("password")),
        // The codes stand in this one answer and nowhere else.
        Ok(codes) => page(visit, StatusCode::OK, FactorForm { codes, ..FactorForm::default() }).await,
        Err(error) => {
            // The same secret again: it may be in the app already.
            let mut form = FactorForm { secret: secret.to_owned(), ..FactorForm::default() };
            let words = words_of(&visit.words, &error);
            match error {
                AuthError::WrongCredentials => form.password_error = visit.words.get("auth.not_current"),
                AuthError::WrongCode => form.code_error = words,
                _ => form.error = words,
            }
            Ok(with_retry_after(page(visit, status_of(&error), form).await?, retry_after(&error)))
        }
    }
}

async fn page(visit: &Visit, status: StatusCode, form: FactorForm) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    let state = visit.state.auth.factor_state(&account).await.map_err(|error| problem_of(&visit.words, &error))?;
    let mut form = FactorForm { is_on: state.is_on, codes_left: state.recovery_codes, ..form };
    if !state.is_on {
        let mut uri = visit.state.auth.factor_uri(&account, &form.secret);
        if uri.is_none() {
            form.secret = visit.state.auth.new_factor_secret();
            uri = visit.state.auth.factor_uri(&account, &form.secret);
        }
        form.picture = uri.and_then(|uri| QrView::new(&uri));
    }
    let page = visit.page_view(&visit.words.get("factor.title"));
    visit.html(status, "pages/second_factor.html", &FormPage { page, form })
}
