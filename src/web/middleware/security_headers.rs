//! Headers that tell the browser what our pages never do, on every answer.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;

use crate::gateways::websocket::caller::caller;

/// No inline script or style, nothing from elsewhere, HTML only through the one Trusted Types policy.
/// `connect-src 'self'` covers `WebSocket` connections to the same origin (CSP 3, section 6.7.2.8).
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
    manifest-src 'self'; worker-src 'self'; require-trusted-types-for 'script'; trusted-types parlor";

/// What a script, a style or a picture may do when it is opened by itself: nothing. A page loads three dozen of them, so
/// this is short.
const STATIC_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// On every answer.
const EVERYWHERE: [(&str, &str); 3] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// On everything that is not a static file.
const DOCUMENTS: [(&str, &str); 2] = [
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
];

/// From now on the browser comes over TLS only, whatever a link says (RFC 6797). Browsers take it only from a connection
/// whose certificate they trust, and never for a bare address, so it binds nobody by accident.
const STRICT_TRANSPORT_SECURITY: (&str, &str) = ("strict-transport-security", "max-age=31536000");

/// Adds them.
pub async fn add(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let is_static = request.path().starts_with("/static/");
    let is_secure = !is_static && caller(request.request()).is_secure;
    let mut answer = next.call(request).await?;
    let policy = if is_static { STATIC_POLICY } else { CONTENT_SECURITY_POLICY };
    let documents = if is_static { &[][..] } else { &DOCUMENTS[..] };
    for (name, value) in [("content-security-policy", policy)]
        .iter()
        .chain(&EVERYWHERE)
        .chain(documents)
        .chain(is_secure.then_some(&STRICT_TRANSPORT_SECURITY))
    {
        answer.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, error, web};

    use super::*;

    #[actix_web::test]
    async fn every_answer_has_them_also_a_failed_one() {
        let broken = || async { Err::<&str, _>(error::ErrorInternalServerError("broken")) };
        let app = App::new()
            .wrap(from_fn(add))
            .route("/", web::get().to(|| async { "fine" }))
            .route("/broken", web::get().to(broken));
        let app = init_service(app).await;

        for path in ["/", "/broken", "/nowhere", "/static/x.css"] {
            let answer = call_service(&app, TestRequest::get().uri(path).to_request()).await;

            let is_static = path == "/static/x.css";
            for (name, value) in EVERYWHERE.iter().chain(if is_static { &[][..] } else { &DOCUMENTS[..] }) {
                assert_eq!(answer.headers().get(*name).unwrap(), *value, "{path}");
            }
            let policy = answer.headers().get("content-security-policy").unwrap();
            assert_eq!(policy, if is_static { STATIC_POLICY } else { CONTENT_SECURITY_POLICY });
        }
    }

    #[test]
    fn nothing_unsafe_and_nothing_inline_is_allowed() {
        assert!(!CONTENT_SECURITY_POLICY.contains("unsafe"));
        assert!(CONTENT_SECURITY_POLICY.starts_with("default-src 'none'; script-src 'self';"));
    }
}
