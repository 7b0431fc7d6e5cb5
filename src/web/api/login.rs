//! `/login`: name and password for a token, for programs that people type them into. With a second factor in two steps.

use actix_web::{HttpResponse, web};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Body, Whole, in_range};
use super::listing::json;
use super::openapi::texts;
use super::problem::ApiError;
use super::tokens::{MadeToken, made};
use crate::auth::devices::TokenWish;
use crate::auth::second_factor::Entry;
use crate::domain::grant::Scope;
use crate::web::middleware::idempotency::ShownOnce;
use crate::web::state::WebState;
use crate::web::token_wish::life_of;
use crate::web::visitor::Visitor;

/// Who wants in, and what the token is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    name: String,
    #[schema(value_type = texts::Password)]
    password: String,
    #[schema(value_type = texts::Label)]
    label: String,
    scope: Option<Scope>,
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 3_650)]
    expires_in_days: Option<Whole>,
}

/// The second step.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondStep {
    ticket: String,
    code: String,
    #[schema(value_type = texts::Label)]
    label: String,
    scope: Option<Scope>,
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 3_650)]
    expires_in_days: Option<Whole>,
}

#[derive(Serialize, ToSchema)]
struct CodeNeeded {
    ticket: String,
}

/// A token for a right password, 201; or 200 with the ticket for the second step.
#[utoipa::path(
    post,
    path = "/login",
    request_body = LogIn,
    responses((status = 200, body = CodeNeeded), (status = 201, body = MadeToken))
)]
pub async fn log_in(state: web::Data<WebState>, visitor: Visitor, body: Body<LogIn>) -> Result<HttpResponse, ApiError> {
    let LogIn { name, password, label, scope, expires_in_days } = body.into_inner().0;
    let wish = wish(label, scope, expires_in_days)?;
    let (label, password) = (wish.label.clone(), SecretString::from(password));
    match state.auth.log_in_program(&name, password, visitor.address, wish).await? {
        Entry::In(login) => Ok(made(&login, &label)),
        Entry::CodeNeeded { ticket } => {
            let mut answer = json(HttpResponse::Ok(), CodeNeeded { ticket });
            answer.extensions_mut().insert(ShownOnce);
            Ok(answer)
        }
    }
}

/// A token for the ticket of the first step and a code.
#[utoipa::path(post, path = "/login/code", request_body = SecondStep, responses((status = 201, body = MadeToken)))]
pub async fn log_in_with_code(
    state: web::Data<WebState>,
    visitor: Visitor,
    body: Body<SecondStep>,
) -> Result<HttpResponse, ApiError> {
    let SecondStep { ticket, code, label, scope, expires_in_days } = body.into_inner().0;
    let wish = wish(label, scope, expires_in_days)?;
    let label = wish.label.clone();
    let login = state.auth.log_in_program_with_code(&ticket, &code, visitor.address, wish).await?;
    Ok(made(&login, &label))
}

/// Nothing said of the scope is what people do, and no more: whoever finds the token makes no others with it.
fn wish(label: String, scope: Option<Scope>, days: Option<Whole>) -> Result<TokenWish, ApiError> {
    let days = days.map(|days| in_range("expires_in_days", days.0)).transpose()?;
    let label = label.trim().to_owned();
    Ok(TokenWish { label, scope: scope.unwrap_or(Scope::Write), rooms: None, life: life_of(days)? })
}
