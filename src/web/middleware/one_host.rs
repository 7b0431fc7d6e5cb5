//! A request names one host, and one that can be a host (RFC 9112, section 3.2). Where a proxy and the server read different
//! ones out of the same request, each believes that the other has looked. For the same reason a request is refused for which
//! a trusted proxy passes on two accounts of who asks, when they differ: one of them is the client's own.

use actix_web::Error;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Version;
use actix_web::http::header::HOST;
use actix_web::middleware::Next;

use crate::auth::forwarded::is_host;
use crate::gateways::websocket::caller::is_contradicted;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::web::api::problem::ApiError;

/// Lets a request pass that does.
pub async fn require<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if is_contradicted(request.request()) {
        let message = "X-Forwarded-For and Forwarded name different people: the proxy has to take away the one that it does \
                       not write itself";
        let refusal = ApiError::from(Problem::new(ErrorCode::BadRequest, message));
        return Ok(request.error_response(refusal).map_into_right_body());
    }
    if names_one(&request) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let message = "a request names the host that it is for, once, in the header Host";
    let refusal = ApiError::from(Problem::new(ErrorCode::BadRequest, message));
    Ok(request.error_response(refusal).map_into_right_body())
}

fn names_one(request: &ServiceRequest) -> bool {
    let mut hosts = request.headers().get_all(HOST);
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().is_ok_and(is_host),
        // HTTP/1.0 knew no hosts.
        (None, None) => request.version() < Version::HTTP_11,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::web;

    use super::*;

    async fn status(version: Version, hosts: &[&'static str]) -> u16 {
        let app = init_service(App::new().wrap(from_fn(require)).route("/", web::get().to(|| async { "" }))).await;
        let request = hosts
            .iter()
            .fold(TestRequest::get().version(version), |request, host| request.append_header((HOST, *host)));
        call_service(&app, request.to_request()).await.status().as_u16()
    }

    #[actix_web::test]
    async fn one_host_and_no_more() {
        for good in ["chat.example", "chat.example:8080", "127.0.0.1", "[::1]:80"] {
            assert_eq!(status(Version::HTTP_11, &[good]).await, 200, "{good}");
        }
        assert_eq!(status(Version::HTTP_10, &[]).await, 200);
        assert_eq!(status(Version::HTTP_11, &[]).await, 400);
        assert_eq!(status(Version::HTTP_11, &["a", "a"]).await, 400);
        for bad in ["", "a b", "a/b", "u@a", "a\"b", "a,b"] {
            assert_eq!(status(Version::HTTP_11, &[bad]).await, 400, "{bad}");
        }
    }
}
