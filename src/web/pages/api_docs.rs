//! `/api/docs`: the description of the API, for people. Everybody may read it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::visit::Visit;
use crate::web::api::openapi::Kept;
use crate::web::views::api_docs::ApiDocsPage;

/// GET `/api/docs`
pub async fn show(visit: Visit, kept: web::Data<Kept>) -> HttpResponse {
    let page = visit.page_view(&visit.words.get("api_docs.title"));
    let result = visit.html(StatusCode::OK, "pages/api_docs.html", &ApiDocsPage::new(page, kept.document()));
    visit.respond(result).await
}
