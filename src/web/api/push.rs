//! `/push/key` and `/me/push`: where the caller is notified while they do not look.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::extract::Body;
use super::listing::{List, ListQuery, json, newest_first};
use super::problem::ApiError;
use crate::domain::clock::Timestamp;
use crate::domain::ids::DeviceId;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::push::endpoint::{Endpoint, Reach};
use crate::push::{NewSubscription, PushError};
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// A subscription as browsers write it (Push API, `PushSubscription.toJSON()`).
#[derive(Deserialize, ToSchema)]
#[schema(as = PushSubscription)]
#[serde(deny_unknown_fields)]
#[serde(rename_all = "camelCase")]
pub struct Subscribe {
    endpoint: String,
    keys: Keys,
    /// Browsers send it; a subscription that ends is found out when something is sent.
    #[expect(dead_code, reason = "it is taken so that what a browser writes can be sent as it is")]
    expiration_time: Option<f64>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = PushKeys)]
#[serde(deny_unknown_fields)]
struct Keys {
    p256dh: String,
    auth: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PushServerKey)]
struct ServerKey<'a> {
    key: &'a str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MadePushSubscription)]
struct Made {
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PushTest)]
struct Sent {
    devices: usize,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ShownPushSubscription)]
struct Shown {
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    device: DeviceId,
    label: String,
    /// The push service; the rest of the address is secret.
    service: String,
    created_at: Timestamp,
    failures: u32,
    /// Whether it belongs to the login this request came with.
    current: bool,
}

/// The key that browsers subscribe with.
#[utoipa::path(get, path = "/push/key", responses((status = 200, body = ServerKey)))]
pub async fn key(state: web::Data<WebState>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    visitor.account()?;
    Ok(json(HttpResponse::Ok(), ServerKey { key: state.push.public_key() }))
}

/// Where the caller is notified, the newest first.
#[utoipa::path(get, path = "/me/push", params(ListQuery), responses((status = 200, body = List<Shown>)))]
pub async fn list(
    state: web::Data<WebState>,
    visitor: Visitor,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    let (person, part) = (visitor.account()?, query.part()?);
    let all = state.push.subscriptions(person.id).await?;
    let page =
        List::cut(all, &part, |named| newest_first(named.subscription.created_at, &named.subscription.id.to_string()));
    let shown = page.map(|named| Shown {
        id: named.subscription.id,
        device: named.subscription.device,
        label: named.label,
        service: service(&named.subscription.endpoint),
        created_at: named.subscription.created_at,
        failures: named.subscription.failures,
        current: visitor.device() == Some(named.subscription.device),
    });
    Ok(json(HttpResponse::Ok(), shown))
}

/// Notifies the login of this request there from now on.
#[utoipa::path(post, path = "/me/push", request_body = Subscribe, responses((status = 201, body = Made)))]
pub async fn subscribe(
    state: web::Data<WebState>,
    visitor: Visitor,
    body: Body<Subscribe>,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.account()?;
    let device = visitor.device().ok_or_else(Problem::unavailable)?;
    let new = NewSubscription { endpoint: &body.endpoint, p256dh: &body.keys.p256dh, auth: &body.keys.auth };
    let id = state.push.subscribe(person.id, device, new).await.map_err(refused)?;
    Ok(json(HttpResponse::Created(), Made { id }))
}

/// No longer notifies the caller there.
#[utoipa::path(delete, path = "/me/push/{id}", responses((status = 204)))]
pub async fn unsubscribe(
    state: web::Data<WebState>,
    visitor: Visitor,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.account()?;
    let missing = || Problem::new(ErrorCode::NotFound, "you have no such subscription");
    let id = Uuid::try_parse(&id).map_err(|_| missing())?;
    if !state.push.unsubscribe(person.id, id).await? {
        return Err(missing().into());
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Sends a notification to every device of the caller.
#[utoipa::path(post, path = "/me/push/test", responses((status = 200, body = Sent)))]
pub async fn test(state: web::Data<WebState>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    let person = visitor.account()?;
    let title = state.auth.server_name();
    let devices = state.push.test(person.id, &title, "Notifications arrive here.").await?;
    Ok(json(HttpResponse::Ok(), Sent { devices }))
}

/// The name of a push service, for people.
pub fn service(endpoint: &str) -> String {
    Endpoint::parse(endpoint, Reach::Anywhere).map(|endpoint| endpoint.service().to_owned()).unwrap_or_default()
}

fn refused(error: PushError) -> ApiError {
    let field = match &error {
        PushError::Endpoint(_) => "endpoint",
        PushError::BadKey => "p256dh",
        PushError::BadSecret => "auth",
        PushError::BadServerKey => return Problem::unavailable().into(),
        PushError::Storage(_) => {
            log::error!("a subscription could not be stored: {error}");
            return Problem::unavailable().into();
        }
    };
    Problem::field(field, error.to_string()).into()
}
