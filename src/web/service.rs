//! For those who run the server: is it alive, is it ready, how is it doing.

use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::web::{Data, ServiceConfig, resource};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde_json::json;

use super::methods::read;
use super::state::WebState;
use crate::telemetry::metrics;

/// Its three addresses.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/healthz").route(read().to(alive)))
        .service(resource("/readyz").route(read().to(ready)))
        .service(resource("/metrics").route(read().to(numbers)));
}

/// The process answers; that is all it says.
async fn alive() -> HttpResponse {
    fresh(HttpResponse::Ok()).content_type(ContentType::plaintext()).body("ok")
}

/// Whether requests should be sent here.
async fn ready(state: Data<WebState>) -> HttpResponse {
    if state.draining.is_on() {
        let body = json!({ "status": "draining", "reasons": ["the server is about to stop"] });
        return fresh(HttpResponse::ServiceUnavailable()).json(body);
    }
    let mut reasons = Vec::new();
    if let Err(error) = state.store.ping().await {
        log::error!("the server is not ready: {error}");
        reasons.push("the database does not answer");
    }
    if !state.chat.is_healthy() {
        reasons.push("the last messages could not be written");
    }
    if reasons.is_empty() {
        return fresh(HttpResponse::Ok()).json(json!({ "status": "ready" }));
    }
    fresh(HttpResponse::ServiceUnavailable()).json(json!({ "status": "unavailable", "reasons": reasons }))
}

/// The counters, as Prometheus reads them.
async fn numbers(state: Data<WebState>) -> HttpResponse {
    if let Some(tls) = &state.tls {
        state.metrics.certificate_expires_at(tls.expires_at());
    }
    fresh(HttpResponse::Ok()).content_type(metrics::CONTENT_TYPE).body(state.metrics.encode())
}

fn fresh(mut answer: HttpResponseBuilder) -> HttpResponseBuilder {
    answer.insert_header((CACHE_CONTROL, "no-store"));
    answer
}
