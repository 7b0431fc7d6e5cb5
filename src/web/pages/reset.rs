//! `/reset/{secret}`: a new password, by a link from whoever runs the server.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::fields::Fields;
use super::refusals::{problem_of, retry_after, status_of, words_of};
use super::visit::{Visit, redirect, with_cookies, with_retry_after};
use crate::auth::AuthError;
use crate::protocol::error_code::Problem;
use crate::storage::users::Account;
use crate::web::cookies;
use crate::web::views::forms::FormPage;
use crate::web::views::sign_in::ResetForm;
use crate::web::views::url;

/// GET `/reset/{secret}`
pub async fn show(visit: Visit, secret: web::Path<String>) -> HttpResponse {
    let result = match account_of(&visit, &secret).await {
        Ok(account) => page(&visit, StatusCode::OK, &account, &secret, String::new()),
        Err(problem) => Err(problem),
    };
    visit.respond(result).await
}

/// POST `/reset/{secret}`
pub async fn reset(visit: Visit, secret: web::Path<String>, fields: Fields) -> HttpResponse {
    let result = carry_out(&visit, &secret, &fields).await;
    visit.respond(result).await
}

async fn carry_out(visit: &Visit, secret: &str, fields: &Fields) -> Result<HttpResponse, Problem> {
    match visit.state.auth.reset_password(secret, fields.secret("password")).await {
        Ok(reset) => {
            for device in reset.ended {
                visit.state.chat.end_device(device);
            }
            let origin = visit.visitor.address.to_string();
            if let Err(error) = visit.state.admin.note_reset(&reset.account, origin).await {
                // The password is another one now: to say that it failed would be wrong.
                log::error!("a new password could not be written into the audit log: {error}");
            }
            // Whoever was logged in here, it may have been the account itself.
            Ok(with_cookies(redirect("/login"), cookies::cleared(&visit.state, &visit.request)))
        }
        Err(error @ AuthError::BadPassword(_)) => {
            let account = account_of(visit, secret).await?;
            let refused = page(visit, status_of(&error), &account, secret, words_of(&visit.words, &error))?;
            Ok(with_retry_after(refused, retry_after(&error)))
        }
        Err(error) => Err(problem_of(&visit.words, &error)),
    }
}

async fn account_of(visit: &Visit, secret: &str) -> Result<Account, Problem> {
    let found = visit.state.auth.reset_account(secret).await.map_err(|error| problem_of(&visit.words, &error))?;
    found.ok_or_else(|| problem_of(&visit.words, &AuthError::BadResetLink))
}

fn page(
    visit: &Visit,
    status: StatusCode,
    account: &Account,
    secret: &str,
    password_error: String,
) -> Result<HttpResponse, Problem> {
    let action = format!("/reset/{}", url::segment(secret));
    let form = ResetForm { action, name: account.name.to_string(), password_error };
    let page = visit.page_view(&visit.words.get("reset.title"));
    visit.html(status, "pages/reset.html", &FormPage { page, form })
}
