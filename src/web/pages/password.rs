//! `/settings/password`: another password. Every other browser of the account is logged out by it, and every
//! program too if that is asked for.

use actix_web::HttpResponse;

use super::fields::Fields;
use super::refusals::{retry_after, status_of, words_of};
use super::settings::{self, Left};
use super::visit::{Visit, with_retry_after};
use crate::auth::AuthError;
use crate::protocol::error_code::Problem;
use crate::web::views::settings::PasswordForm;

/// POST `/settings/password`
pub async fn change(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out(&visit, &fields).await;
    visit.respond(result).await
}

async fn carry_out(visit: &Visit, fields: &Fields) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    let (current, new, end_tokens) = (fields.secret("current"), fields.secret("new"), fields.get("tokens") == "end");
    match visit.state.auth.change_password(&account, current, new, end_tokens, visit.visitor.address).await {
        Ok(ended) => {
            for device in ended {
                visit.state.chat.end_device(device);
            }
            Ok(settings::saved("password"))
        }
        Err(error) => {
            let mut password = PasswordForm::default();
            match error {
                AuthError::WrongCredentials => {
                    password.current_error = visit.words.get("auth.not_current");
                }
                AuthError::BadPassword(_) => password.new_error = words_of(&visit.words, &error),
                _ => password.current_error = words_of(&visit.words, &error),
            }
            let left = Left { status: status_of(&error), password, ..Left::default() };
            Ok(with_retry_after(settings::page(visit, left).await?, retry_after(&error)))
        }
    }
}
