//! `/settings/tokens/...`: tokens for programs.

use actix_web::{HttpResponse, web};

use super::devices;
use super::fields::Fields;
use super::refusals::{retry_after, status_of, words_of};
use super::settings::{self, Left};
use super::visit::{Visit, with_retry_after};
use crate::protocol::error_code::Problem;

/// POST `/settings/tokens`
pub async fn make(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out(&visit, fields.get("label")).await;
    visit.respond(result).await
}

/// POST `/settings/tokens/{device}/revoke`
pub async fn revoke(visit: Visit, device: web::Path<String>) -> HttpResponse {
    let result = devices::end(&visit, &device, "tokens").await;
    visit.respond(result).await
}

/// The secret stands in this one answer and nowhere else: a redirect would have to carry it through an address.
async fn carry_out(visit: &Visit, label: &str) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    match visit.state.auth.make_token(&account, label).await {
        Ok(login) => settings::page(visit, Left { new_token: login.secret, ..Left::default() }).await,
        Err(error) => {
            let left = Left {
                status: status_of(&error),
                token_label_error: words_of(&visit.words, &error),
                ..Left::default()
            };
            Ok(with_retry_after(settings::page(visit, left).await?, retry_after(&error)))
        }
    }
}
