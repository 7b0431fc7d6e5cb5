//! One line and one count per request. Queries are not logged, nor codes that stand in a path: they may be secrets.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, web};
use log::Level;

use super::request_id::RequestId;
use crate::gateways::websocket::caller::caller;
use crate::web::state::WebState;

/// Counts and logs the request once its answer is ready.
pub async fn record(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let start = Instant::now();
    let answer = next.call(request).await?;
    note(answer.request(), answer.status().as_u16(), start.elapsed());
    Ok(answer)
}

fn note(request: &HttpRequest, status: u16, took: Duration) {
    let route = request.match_pattern();
    if let Some(state) = request.app_data::<web::Data<WebState>>() {
        state.metrics.http_request(request.method().as_str(), route.as_deref(), status, took);
    }
    let path = shown_path(route.as_deref(), request.uri().path());
    let id = RequestId::of(request);
    log::log!(
        level(&path),
        method = request.method().as_str(),
        path = &*path,
        status,
        ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        address:% = caller(request).address,
        request_id = id.as_ref().map_or("", RequestId::as_str);
        "request"
    );
}

/// The path as it was asked for, or the pattern of its route where the path holds the code of an invite
/// or the secret of a link.
fn shown_path<'a>(route: Option<&'a str>, path: &'a str) -> Cow<'a, str> {
    const LONGEST: usize = 512;
    match route {
        Some(route) if route.contains("{code}") || route.contains("{secret}") => route.into(),
        // A path on the wire is ASCII, but nobody has to rely on it here.
        _ => path.get(..LONGEST).map_or(path.into(), |start| format!("{start}…").into()),
    }
}

/// Probes and scrapes come every few seconds and say nothing new.
fn level(path: &str) -> Level {
    if matches!(path, "/healthz" | "/readyz" | "/metrics") { Level::Debug } else { Level::Info }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_invites_are_not_logged() {
        assert_eq!(shown_path(Some("/invite/{code}"), "/invite/abc"), "/invite/{code}");
        assert_eq!(shown_path(Some("/reset/{secret}"), "/reset/abc"), "/reset/{secret}");
        assert_eq!(shown_path(Some("/rooms/{room}"), "/rooms/lobby"), "/rooms/lobby");
        assert_eq!(shown_path(None, "/nowhere"), "/nowhere");
    }

    #[test]
    fn a_very_long_path_is_cut() {
        assert!(shown_path(None, &"a".repeat(100_000)).len() < 1000);
    }

    #[test]
    fn probes_are_logged_for_those_who_look_closely() {
        assert_eq!(level("/healthz"), Level::Debug);
        assert_eq!(level("/metrics"), Level::Debug);
        assert_eq!(level("/rooms"), Level::Info);
    }
}
