//! Headers that tell the browser what our pages never do, on every answer.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;

/// No inline script or style, nothing from elsewhere, HTML only through the one Trusted Types policy.
/// `connect-src 'self'` covers `WebSocket` connections to the same origin (CSP 3, section 6.7.2.8).
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
    manifest-src 'self'; require-trusted-types-for 'script'; trusted-types parlor";

const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
];

/// Adds them.
pub async fn add(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut answer = next.call(request).await?;
    for (name, value) in HEADERS {
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

        for path in ["/", "/broken", "/nowhere"] {
            let answer = call_service(&app, TestRequest::get().uri(path).to_request()).await;

            for (name, value) in HEADERS {
                assert_eq!(answer.headers().get(name).unwrap(), value, "{path}");
            }
        }
    }

    #[test]
    fn nothing_unsafe_and_nothing_inline_is_allowed() {
        assert!(!CONTENT_SECURITY_POLICY.contains("unsafe"));
        assert!(CONTENT_SECURITY_POLICY.starts_with("default-src 'none'; script-src 'self';"));
    }
}
