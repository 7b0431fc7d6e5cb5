//! `Idempotency-Key`: a repeated POST gets the answer of the first one, and nothing is done twice. One mechanism for
//! every POST of the API but one: the key of a message is its nonce, which the chat itself keeps unique.

use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::ids::UserId;
use crate::domain::limits::NONCE_BYTES;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::idempotency::KeyState;
use crate::web::api::extract::bad_payload;
use crate::web::api::problem::ApiError;
use crate::web::api::{MESSAGES, listing};
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

const HEADER: &str = "idempotency-key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Marks an answer that holds a secret: it is told once and never kept.
pub struct ShownOnce;

/// What is kept of an answer.
#[derive(Serialize, Deserialize)]
struct Kept {
    location: Option<String>,
    body: String,
}

/// The key of a request, if it carries one.
///
/// # Errors
/// When it cannot be one.
pub fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(HEADER) else { return Ok(None) };
    let bytes = value.as_bytes();
    if !(1..=NONCE_BYTES).contains(&bytes.len()) || !bytes.iter().all(u8::is_ascii_graphic) {
        let message = format!("the header Idempotency-Key must have 1 to {NONCE_BYTES} visible ASCII characters");
        return Err(Problem::field("Idempotency-Key", message));
    }
    Ok(value.to_str().ok().map(str::to_owned))
}

/// Carries out a POST with a key once, and answers the repeated one as the first.
pub async fn once<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let claim = match claim(&mut request).await {
        Ok(Some(claim)) => claim,
        Ok(None) => return Ok(next.call(request).await?.map_into_boxed_body()),
        Err(refusal) => return Ok(request.error_response(refusal)),
    };
    match claim.state {
        KeyState::Claimed => {}
        KeyState::UnderWay => return Ok(request.error_response(under_way())),
        KeyState::OtherRequest => return Ok(request.error_response(other_request())),
        KeyState::Answered { status, body } => {
            return Ok(match replay(status, &body) {
                Ok(answer) => request.into_response(answer),
                Err(refusal) => request.error_response(refusal),
            });
        }
    }
    let holder = Holder { state: claim.app, user: claim.user, key: claim.key };
    carry_out(holder, request, next).await
}

/// A key somebody asked for, and what became of it.
struct Claim {
    app: web::Data<WebState>,
    user: UserId,
    key: String,
    state: KeyState,
}

/// Claims the key of a request; `None` when this is none of our business.
async fn claim(request: &mut ServiceRequest) -> Result<Option<Claim>, ApiError> {
    if request.method() != Method::POST || request.match_pattern().as_deref() == Some(MESSAGES) {
        return Ok(None);
    }
    let Some(key) = key(request.headers())? else { return Ok(None) };
    let Some(app) = request.app_data::<web::Data<WebState>>().cloned() else { return Ok(None) };
    // A guest has an id as well. Without any, the handler says to log in.
    let Some(person) = request.extract::<Visitor>().await?.person else { return Ok(None) };
    let body = request.extract::<web::Bytes>().await.map_err(|error| bad_payload(&error))?;
    let fingerprint = fingerprint(request, &body);
    request.set_payload(payload(body));
    let state = app.store.claim_key(person.id, &key, &fingerprint, app.clock.now()).await?;
    Ok(Some(Claim { user: person.id, key, app, state }))
}

/// Whoever claimed a key has to keep the answer, or give the key back.
struct Holder {
    state: web::Data<WebState>,
    user: UserId,
    key: String,
}

impl Holder {
    async fn keep(&self, status: u16, kept: &Kept) {
        let body = serde_json::to_string(kept).unwrap_or_default();
        // The request is done. The key stays claimed: repeating it would do it twice.
        if let Err(error) = self.state.store.finish_request(self.user, &self.key, status, &body).await {
            log::error!("the answer of a request with an idempotency key could not be kept: {error}");
        }
    }

    async fn release(&self) {
        if let Err(error) = self.state.store.release_key(self.user, &self.key).await {
            log::error!("an idempotency key could not be given back: {error}");
        }
    }
}

/// Runs as a task of its own: a handler that panics must not leave the key claimed for ever.
async fn carry_out<B: MessageBody + 'static>(
    holder: Holder,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let holder = Rc::new(holder);
    let keeper = holder.clone();
    let work = actix_web::rt::spawn(async move {
        match next.call(request).await {
            Ok(answer) if answer.status().is_success() => Ok(settle(&keeper, answer).await),
            Ok(answer) => {
                keeper.release().await;
                Ok(answer.map_into_boxed_body())
            }
            Err(error) => {
                keeper.release().await;
                Err(error)
            }
        }
    });
    match work.await {
        Ok(answer) => answer,
        Err(panic) => {
            log::error!("a request with an idempotency key broke off: {panic}");
            holder.release().await;
            Err(ApiError::from(Problem::unavailable()).into())
        }
    }
}

/// Keeps a good answer, and passes it on.
async fn settle<B: MessageBody + 'static>(holder: &Holder, answer: ServiceResponse<B>) -> ServiceResponse<BoxBody> {
    let secret = answer.response().extensions().get::<ShownOnce>().is_some();
    let status = answer.status();
    let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (request, answer) = answer.into_parts();
    let (head, body) = answer.into_parts();
    let bytes = to_bytes(body).await.unwrap_or_default();
    if secret {
        holder.keep(StatusCode::CONFLICT.as_u16(), &Kept { location: None, body: String::new() }).await;
    } else {
        let body = String::from_utf8_lossy(&bytes).into_owned();
        holder.keep(status.as_u16(), &Kept { location, body }).await;
    }
    ServiceResponse::new(request, head.set_body(BoxBody::new(bytes)))
}

fn replay(status: u16, kept: &str) -> Result<HttpResponse, ApiError> {
    if status == StatusCode::CONFLICT.as_u16() {
        let message = "this was done already, and its secret is shown only once; revoke the token and make another, with another key";
        return Err(Problem::new(ErrorCode::Conflict, message).into());
    }
    let (Ok(status), Ok(kept)) = (StatusCode::from_u16(status), serde_json::from_str::<Kept>(kept)) else {
        log::error!("the kept answer of a request with an idempotency key makes no sense");
        return Err(Problem::unavailable().into());
    };
    let mut answer = listing::json(HttpResponse::build(status), ()).set_body(BoxBody::new(kept.body));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    if let Some(location) = kept.location.and_then(|text| HeaderValue::from_str(&text).ok()) {
        answer.headers_mut().insert(LOCATION, location);
    }
    Ok(answer)
}

fn under_way() -> ApiError {
    let message = "a request with this Idempotency-Key is under way; wait a second and send it again";
    Problem { retry_after: Some(Duration::from_secs(1)), ..Problem::new(ErrorCode::Conflict, message) }.into()
}

fn other_request() -> ApiError {
    let message = "this Idempotency-Key was used for another request; take a new one for each request";
    Problem { field: Some("Idempotency-Key"), ..Problem::new(ErrorCode::Conflict, message) }.into()
}

/// What makes two requests the same one.
pub(crate) fn fingerprint(request: &ServiceRequest, body: &[u8]) -> [u8; 32] {
    let hash = Sha256::new().chain_update(request.method().as_str()).chain_update(b"\0");
    hash.chain_update(request.uri().path()).chain_update(b"\0").chain_update(body).finalize().into()
}

/// A body that was read, made readable once more.
fn payload(body: web::Bytes) -> Payload {
    let chunks: Pin<Box<dyn futures_util::Stream<Item = Result<web::Bytes, PayloadError>>>> =
        Box::pin(stream::iter([Ok(body)]));
    Payload::from(chunks)
}

#[cfg(test)]
mod tests;
