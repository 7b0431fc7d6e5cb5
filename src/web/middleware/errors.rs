//! Gives every error a face: a problem document for programs, a page for people. Answers that have one are left alone.

use actix_web::Error;
use actix_web::body::{BodySize, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::middleware::Next;

use super::is_for_programs;
use super::request_id::RequestId;
use crate::web::api::problem::{self, ApiError};
use crate::web::pages::errors::error_page;

/// What a bare answer says beside its body, and what its new face keeps.
const KEPT: [HeaderName; 4] = [header::ALLOW, header::RETRY_AFTER, header::WWW_AUTHENTICATE, header::SET_COOKIE];

/// Dresses the bare errors of the framework and the refusals of handlers.
pub async fn explain<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let answer = next.call(request).await?;
    if !needs_a_face(&answer) {
        return Ok(answer.map_into_left_body());
    }
    let refusal = refusal(&answer);
    let (request, bare) = answer.into_parts();
    let mut dressed = if is_for_programs(request.path()) {
        refusal.document(RequestId::of(&request).as_ref().map(RequestId::as_str))
    } else {
        error_page(&request, bare.status(), refusal.problem()).await
    };
    for name in KEPT {
        for value in bare.headers().get_all(&name) {
            if name == header::SET_COOKIE || !dressed.headers().contains_key(&name) {
                dressed.headers_mut().append(name.clone(), value.clone());
            }
        }
    }
    Ok(ServiceResponse::new(request, dressed).map_into_right_body())
}

fn needs_a_face<B: MessageBody>(answer: &ServiceResponse<B>) -> bool {
    let status = answer.status();
    if !status.is_client_error() && !status.is_server_error() {
        return false;
    }
    let content_type = answer.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match answer.response().error() {
        Some(error) if error.as_error::<ApiError>().is_some() => true,
        Some(_) => !content_type.is_some_and(|kind| kind.starts_with("text/html") || kind == problem::CONTENT_TYPE),
        None => matches!(answer.response().body().size(), BodySize::None | BodySize::Sized(0)),
    }
}

fn refusal<B>(answer: &ServiceResponse<B>) -> ApiError {
    let status = answer.status();
    let error = answer.response().error();
    if let Some(known) = error.and_then(|error| error.as_error::<ApiError>()) {
        return known.clone();
    }
    if let (Some(error), true) = (error, status.is_server_error()) {
        log::error!("{} failed: {error}", answer.request().match_pattern().as_deref().unwrap_or("a request"));
    }
    ApiError::of_status(status, words(status))
}

/// What to do, where only the status is known. What the framework says of it is for programmers.
fn words(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "log in first",
        403 => "you may not do this",
        404 => "there is nothing at this address",
        405 => "this address does not take this method; the header Allow names those it takes",
        406 => "ask for an encoding that this server has: br, gzip or identity",
        408 => "the request took too long; send it again",
        413 => "this is too large; send less at a time",
        415 => "this address takes another type of content",
        400..=499 => "the request was not understood; go back and try again",
        _ => "the server cannot do this right now; try again in a moment",
    }
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, HttpResponse, error, web};
    use serde_json::Value;

    use super::*;
    use crate::protocol::error_code::{ErrorCode, Problem};
    use crate::web::middleware::request_id;

    async fn refused() -> Result<HttpResponse, ApiError> {
        Err(Problem::new(ErrorCode::Conflict, "it is there").into())
    }

    async fn answer(request: TestRequest) -> (u16, header::HeaderMap, String) {
        let own = || async { HttpResponse::ServiceUnavailable().content_type("text/plain").body("own words") };
        let broken = || async { Err::<&str, _>(error::ErrorInternalServerError("secret words")) };
        let app = App::new()
            .wrap(from_fn(explain))
            .wrap(from_fn(request_id::identify))
            // `App::route` would hand its guard to the resource, and a wrong method would be an unknown path.
            .service(web::resource("/api/refused").route(web::get().to(refused)))
            .route("/refused", web::get().to(refused))
            .route("/api/broken", web::get().to(broken))
            .route("/own", web::get().to(own));
        let answer = call_service(&init_service(app).await, request.to_request()).await;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        (status, headers, String::from_utf8(read_body(answer).await.to_vec()).unwrap())
    }

    #[actix_web::test]
    async fn an_unknown_path_of_the_api_is_a_problem() {
        let (status, headers, body) = answer(TestRequest::get().uri("/api/v1/nowhere")).await;

        assert_eq!(
            (status, headers.get(header::CONTENT_TYPE).unwrap().as_bytes()),
            (404, problem::CONTENT_TYPE.as_bytes())
        );
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&body["code"], &body["status"]), (&"not_found".into(), &404.into()));
        assert_eq!(
            body["request_id"].as_str().unwrap().as_bytes(),
            headers.get(request_id::HEADER).unwrap().as_bytes()
        );
    }

    #[actix_web::test]
    async fn a_wrong_method_names_the_right_ones() {
        let (status, headers, body) = answer(TestRequest::delete().uri("/api/refused")).await;

        assert_eq!((status, headers.get(header::ALLOW).unwrap().to_str().unwrap()), (405, "GET"));
        assert!(body.contains("\"status\":405"));
    }

    #[actix_web::test]
    async fn a_refusal_is_a_problem_for_programs_and_a_page_for_people() {
        let (status, _, body) = answer(TestRequest::get().uri("/api/refused")).await;
        assert_eq!(status, 409);
        assert!(body.contains("request_id") && body.contains("it is there"));

        let (status, headers, body) = answer(TestRequest::get().uri("/refused")).await;
        assert_eq!(status, 409);
        assert!(headers.get(header::CONTENT_TYPE).unwrap().to_str().unwrap().starts_with("text/"));
        assert!(body.to_lowercase().contains("it is there"));
    }

    #[actix_web::test]
    async fn an_unknown_page_is_a_page() {
        let (status, headers, _) = answer(TestRequest::get().uri("/nowhere")).await;

        assert_eq!(status, 404);
        assert!(headers.get(header::CONTENT_TYPE).unwrap().to_str().unwrap().starts_with("text/"));
    }

    #[actix_web::test]
    async fn what_broke_inside_is_not_told() {
        let (status, _, body) = answer(TestRequest::get().uri("/api/broken")).await;

        assert_eq!(status, 500);
        assert!(!body.contains("secret"));
    }

    #[actix_web::test]
    async fn an_answer_with_words_of_its_own_keeps_them() {
        let (status, _, body) = answer(TestRequest::get().uri("/own")).await;

        assert_eq!((status, &*body), (503, "own words"));
    }
}
