//! Refuses requests that change something and come from a foreign page: a browser would send our cookies along.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{AsHeaderName, HeaderMap, ORIGIN};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, web};

use crate::auth::origin;
use crate::gateways::websocket::caller;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::web::api::problem::ApiError;
use crate::web::state::WebState;

/// Lets a request pass that changes nothing, or comes from our own pages or from a program.
pub async fn require<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if is_safe(request.method()) || is_ours(request.request()) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let message = "this request came from another site; open the page on this server and try again";
    let refusal = ApiError::from(Problem::new(ErrorCode::Forbidden, message));
    Ok(request.error_response(refusal).map_into_right_body())
}

/// Methods that ask for nothing but an answer (RFC 9110, section 9.2.1).
fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
}

/// True for our own pages and for programs.
#[must_use]
pub fn is_ours(request: &HttpRequest) -> bool {
    let (headers, from) = (request.headers(), caller::caller(request));
    let said = origin::Headers {
        sec_fetch_site: text(headers, "sec-fetch-site"),
        origin: text(headers, ORIGIN),
        host: caller::host(request, &from),
        is_secure: from.is_secure,
    };
    let public = request.app_data::<web::Data<WebState>>().and_then(|state| state.public_url.as_ref());
    origin::is_ours(said, public.map(crate::config::PublicUrl::origin))
}

/// A header as text. One that is no text says something all the same: never what we want to hear.
fn text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"))
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::http::header::HOST;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};

    use super::*;

    async fn status(method: Method, headers: &[(&'static str, &'static str)]) -> u16 {
        let app = App::new().wrap(from_fn(require)).route("/", web::to(|| async { "done" }));
        let mut request = TestRequest::default().method(method).insert_header((HOST, "chat.example"));
        for header in headers {
            request = request.append_header(*header);
        }
        call_service(&init_service(app).await, request.to_request()).await.status().as_u16()
    }

    #[actix_web::test]
    async fn a_foreign_page_changes_nothing() {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            assert_eq!(status(method.clone(), &[("sec-fetch-site", "cross-site")]).await, 403, "{method}");
            assert_eq!(status(method.clone(), &[("origin", "https://evil.example")]).await, 403, "{method}");
            assert_eq!(status(method.clone(), &[("origin", "null")]).await, 403, "{method}");
        }
    }

    #[actix_web::test]
    async fn our_own_pages_and_programs_do() {
        assert_eq!(status(Method::POST, &[]).await, 200);
        assert_eq!(status(Method::POST, &[("origin", "http://chat.example")]).await, 200);
        assert_eq!(status(Method::DELETE, &[("sec-fetch-site", "same-origin")]).await, 200);
    }

    #[actix_web::test]
    async fn a_link_on_a_foreign_page_may_be_followed() {
        assert_eq!(status(Method::GET, &[("sec-fetch-site", "cross-site")]).await, 200);
    }
}
