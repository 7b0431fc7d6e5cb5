//! `/dev/gallery`, in debug builds only: every component in every state, rendered by the templates themselves from
//! `views::gallery`. For whoever changes a style, and for the tests that look at all of them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::visit::Visit;
use crate::protocol::error_code::Problem;
use crate::web::views::gallery::{GalleryPage, Specimen};

/// GET `/dev/gallery`
pub async fn show(visit: Visit) -> HttpResponse {
    let result = page(&visit).await;
    visit.respond(result).await
}

async fn page(visit: &Visit) -> Result<HttpResponse, Problem> {
    let page = visit.page_view("Gallery");
    let specimens = Specimen::all(&visit.state.renderer, visit.words.language(), &page);
    let specimens = specimens.map_err(|error| {
        log::error!("{error}");
        Problem::unavailable()
    })?;
    let context = GalleryPage { page, sidebar: visit.sidebar().await?, specimens };
    visit.html(StatusCode::OK, "pages/gallery.html", &context)
}
