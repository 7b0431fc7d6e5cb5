//! `/me/second-factor`: the code that is asked for beside the password at every log-in.

use actix_web::{HttpResponse, web};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::Body;
use super::listing::json;
use super::openapi::texts;
use super::problem::ApiError;
use crate::protocol::error_code::Problem;
use crate::web::middleware::idempotency::ShownOnce;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// What turns it on.
#[derive(Deserialize, ToSchema)]
#[schema(as = SecondFactorStart)]
#[serde(deny_unknown_fields)]
pub struct TurnOn {
    secret: String,
    code: String,
    #[schema(value_type = texts::Password)]
    password: String,
}

/// What proves that it is the owner who asks.
#[derive(Deserialize, ToSchema)]
#[schema(as = SecondFactorProof)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    code: String,
    #[schema(value_type = texts::Password)]
    password: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SecondFactor)]
struct State {
    on: bool,
    recovery_codes: u64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SecondFactorSecret)]
struct NewSecret {
    secret: String,
    uri: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RecoveryCodes)]
struct Codes {
    recovery_codes: Vec<String>,
}

/// Whether it is on.
#[utoipa::path(get, path = "/me/second-factor", responses((status = 200, body = State)))]
pub async fn show(state: web::Data<WebState>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    let found = state.auth.factor_state(&*visitor.account()?).await?;
    Ok(json(HttpResponse::Ok(), State { on: found.is_on, recovery_codes: found.recovery_codes }))
}

/// A new secret for an app. It counts once it is confirmed with a code.
#[utoipa::path(post, path = "/me/second-factor", responses((status = 200, body = NewSecret)))]
pub async fn begin(state: web::Data<WebState>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    let person = visitor.account()?;
    // Whoever may not know whether it is on may not begin with it either.
    state.auth.factor_state(&person).await?;
    let secret = state.auth.new_factor_secret();
    let uri = state.auth.factor_uri(&person, &secret).ok_or_else(Problem::unavailable)?;
    Ok(once(json(HttpResponse::Ok(), NewSecret { secret, uri })))
}

/// Turns it on; answers with the recovery codes, which are shown this once.
#[utoipa::path(
    put,
    path = "/me/second-factor",
    request_body = TurnOn,
    responses((status = 200, body = Codes), (status = 409))
)]
pub async fn turn_on(
    state: web::Data<WebState>,
    visitor: Visitor,
    body: Body<TurnOn>,
) -> Result<HttpResponse, ApiError> {
    let TurnOn { secret, code, password } = body.into_inner().0;
    let (person, password) = (visitor.account()?, SecretString::from(password));
    let recovery_codes = state.auth.turn_factor_on(&person, password, &secret, &code, visitor.address).await?;
    Ok(once(json(HttpResponse::Ok(), Codes { recovery_codes })))
}

/// Other recovery codes instead of those there are.
#[utoipa::path(
    post,
    path = "/me/second-factor/codes",
    request_body = Proof,
    responses((status = 200, body = Codes), (status = 409))
)]
pub async fn renew_codes(
    state: web::Data<WebState>,
    visitor: Visitor,
    body: Body<Proof>,
) -> Result<HttpResponse, ApiError> {
    let Proof { code, password } = body.into_inner().0;
    let (person, password) = (visitor.account()?, SecretString::from(password));
    let recovery_codes = state.auth.renew_recovery_codes(&person, password, &code, visitor.address).await?;
    Ok(once(json(HttpResponse::Ok(), Codes { recovery_codes })))
}

/// Turns it off.
#[utoipa::path(
    post,
    path = "/me/second-factor/remove",
    request_body = Proof,
    responses((status = 204), (status = 409))
)]
pub async fn turn_off(
    state: web::Data<WebState>,
    visitor: Visitor,
    body: Body<Proof>,
) -> Result<HttpResponse, ApiError> {
    let Proof { code, password } = body.into_inner().0;
    let (person, password) = (visitor.account()?, SecretString::from(password));
    state.auth.turn_factor_off(&person, password, &code, visitor.address).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// An answer that holds a secret: it is kept for no repetition.
fn once(mut answer: HttpResponse) -> HttpResponse {
    answer.extensions_mut().insert(ShownOnce);
    answer
}
