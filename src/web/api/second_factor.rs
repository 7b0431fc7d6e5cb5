//! `/me/second-factor`: the code that is asked for beside the password at every log-in.

use actix_web::{HttpResponse, web};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::listing::json;
use super::problem::ApiError;
use crate::protocol::error_code::Problem;
use crate::web::middleware::idempotency::ShownOnce;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// What turns it on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnOn {
    secret: String,
    code: String,
    password: String,
}

/// What proves that it is the owner who asks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    code: String,
    password: String,
}

#[derive(Serialize)]
struct State {
    on: bool,
    recovery_codes: u64,
}

#[derive(Serialize)]
struct NewSecret {
    secret: String,
    uri: String,
}

#[derive(Serialize)]
struct Codes {
    recovery_codes: Vec<String>,
}

/// Whether it is on.
pub async fn show(state: web::Data<WebState>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    let found = state.auth.factor_state(&*visitor.account()?).await?;
    Ok(json(HttpResponse::Ok(), State { on: found.is_on, recovery_codes: found.recovery_codes }))
}

/// A new secret for an app. It counts once it is confirmed with a code.
pub async fn begin(state: web::Data<WebState>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    let person = visitor.account()?;
    // Whoever may not know whether it is on may not begin with it either.
    state.auth.factor_state(&person).await?;
    let secret = state.auth.new_factor_secret();
    let uri = state.auth.factor_uri(&person, &secret).ok_or_else(Problem::unavailable)?;
    Ok(once(json(HttpResponse::Ok(), NewSecret { secret, uri })))
}

/// Turns it on; answers with the recovery codes, which are shown this once.
pub async fn turn_on(
    state: web::Data<WebState>,
    visitor: Visitor,
    body: web::Json<TurnOn>,
) -> Result<HttpResponse, ApiError> {
    let TurnOn { secret, code, password } = body.into_inner();
    let (person, password) = (visitor.account()?, SecretString::from(password));
    let recovery_codes = state.auth.turn_factor_on(&person, password, &secret, &code, visitor.address).await?;
    Ok(once(json(HttpResponse::Ok(), Codes { recovery_codes })))
}

/// Other recovery codes instead of those there are.
pub async fn renew_codes(
    state: web::Data<WebState>,
    visitor: Visitor,
    body: web::Json<Proof>,
) -> Result<HttpResponse, ApiError> {
    let Proof { code, password } = body.into_inner();
    let (person, password) = (visitor.account()?, SecretString::from(password));
    let recovery_codes = state.auth.renew_recovery_codes(&person, password, &code, visitor.address).await?;
    Ok(once(json(HttpResponse::Ok(), Codes { recovery_codes })))
}

/// Turns it off.
pub async fn turn_off(
    state: web::Data<WebState>,
    visitor: Visitor,
    body: web::Json<Proof>,
) -> Result<HttpResponse, ApiError> {
    let Proof { code, password } = body.into_inner();
    let (person, password) = (visitor.account()?, SecretString::from(password));
    state.auth.turn_factor_off(&person, password, &code, visitor.address).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// An answer that holds a secret: it is kept for no repetition.
fn once(mut answer: HttpResponse) -> HttpResponse {
    answer.extensions_mut().insert(ShownOnce);
    answer
}
