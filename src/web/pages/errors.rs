//! Stub: the page that tells what went wrong.

use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse};

/// A page that tells what went wrong.
#[must_use]
pub fn error_page(_: &HttpRequest, status: StatusCode, message: &str) -> HttpResponse {
    HttpResponse::build(status).content_type(ContentType::html()).body(format!("<p>{message}</p>"))
}
