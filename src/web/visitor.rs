//! Who sent a request: the extractor of every handler that has to know.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};

use super::api::problem::ApiError;
use super::state::WebState;
use crate::auth::{AuthError, Credential, bearer_token, cookie};
use crate::domain::grant::{Grant, Scope};
use crate::domain::ids::DeviceId;
use crate::domain::permission::Refusal;
use crate::domain::person::Person;
use crate::gateways::websocket::caller::caller;
use crate::gateways::websocket::proxy_word::named_by_proxy;
use crate::protocol::error_code::{ErrorCode, Problem};

/// Who sent a request, and from where.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The person, if they are logged in or a guest.
    pub person: Option<Arc<Person>>,
    /// Where they are.
    pub address: IpAddr,
}

impl Visitor {
    /// The person, or a refusal that says to log in.
    ///
    /// # Errors
    /// When nobody is logged in.
    pub fn person(&self) -> Result<Arc<Person>, Problem> {
        self.person.clone().ok_or_else(|| Problem::new(ErrorCode::Unauthorized, "log in, or send a bearer token"))
    }

    /// The account, or a refusal that says to log in. Guests are not enough.
    ///
    /// # Errors
    /// When nobody is logged in, or a guest is.
    pub fn account(&self) -> Result<Arc<Person>, Problem> {
        let person = self.person()?;
        if person.is_guest() {
            return Err(Refusal::AccountNeeded.into());
        }
        Ok(person)
    }

    /// The login that was used, if it was one.
    #[must_use]
    pub fn device(&self) -> Option<DeviceId> {
        self.person.as_ref().and_then(|person| person.device)
    }
}

impl FromRequest for Visitor {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let (person, address) = (identify(&request).await?.map(Arc::new), address(&request));
            if let Some(state) = request.app_data::<web::Data<WebState>>() {
                state.auth.let_in(person.as_ref().map(|person| person.id), Some(address)).map_err(not_let_in)?;
            }
            if let Some(person) = &person {
                check_grant(&request, &person.grant).map_err(Problem::from)?;
            }
            Ok(Self { person, address })
        })
    }
}

/// What is not asked of the chat is held against the grant here: looking takes the scope to read, all else the one to
/// write. A token for some rooms changes nothing outside of rooms.
fn check_grant(request: &HttpRequest, grant: &Grant) -> Result<(), Refusal> {
    if request.method().is_safe() {
        return grant.allows(Scope::Read);
    }
    // The path as the routes see it: how it was written does not count.
    let path = request.match_info().as_str();
    let is_in_a_room = ["/api/v1/rooms/", "/rooms/"].iter().any(|rooms| path.starts_with(rooms));
    if is_in_a_room { grant.allows(Scope::Write) } else { grant.allows_outside_rooms(Scope::Write) }
}

/// Where a request comes from.
#[must_use]
pub fn address(request: &HttpRequest) -> IpAddr {
    caller(request).address
}

/// A bearer token counts before a cookie, and a wrong one is told; a cookie that has ended is just no login.
async fn identify(request: &HttpRequest) -> Result<Option<Person>, Problem> {
    let Some(state) = request.app_data::<web::Data<WebState>>() else { return Ok(None) };
    // A proxy that says who somebody is may have asked for a password, and passes on the header with it.
    if let Some(person) = named_by_proxy(request, &state.auth).await.map_err(not_let_in)? {
        return Ok(Some(person));
    }
    if let Some(token) = bearer(request)? {
        if let Some(vouched) = state.auth.vouched(token).await.map_err(not_let_in)? {
            state.chat.admit(&vouched.person, vouched.rooms).await;
            return Ok(Some(vouched.person));
        }
        let person = state.auth.identify(Credential::Token(token)).await.map_err(not_let_in)?;
        let unknown = || {
            Problem::new(ErrorCode::Unauthorized, "this token is not known or was revoked; make a new one on /settings")
        };
        return person.map(Some).ok_or_else(unknown);
    }
    for name in [cookie::SESSION, cookie::GUEST] {
        if let Some(cookie) = request.cookie(name) {
            let person = state.auth.identify(Credential::Cookie(cookie.value())).await.map_err(not_let_in)?;
            if person.is_some() {
                return Ok(person);
            }
        }
    }
    Ok(None)
}

/// The token of the `Authorization` header, if there is one.
fn bearer(request: &HttpRequest) -> Result<Option<&str>, Problem> {
    let Some(value) = request.headers().get(AUTHORIZATION) else { return Ok(None) };
    bearer_token(value.as_bytes()).map(Some).ok_or_else(|| {
        Problem::new(ErrorCode::Unauthorized, "the Authorization header must be `Bearer` and a token from /settings")
    })
}

fn not_let_in(error: AuthError) -> Problem {
    match error {
        AuthError::ShutOut { .. } | AuthError::RegistrationClosed => {
            Problem::new(ErrorCode::Forbidden, error.to_string())
        }
        AuthError::BadJwt(_) => Problem::new(ErrorCode::Unauthorized, error.to_string()),
        other => {
            log::error!("somebody could not be identified: {other:?}");
            Problem::unavailable()
        }
    }
}
