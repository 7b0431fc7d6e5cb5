//! `/shortcuts`: what can be done by keyboard. With a script the same list is a dialog. `/offline`: what an installed app
//! shows in place of a page it has not kept.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::visit::Visit;
use crate::protocol::error_code::Problem;
use crate::web::views::error::{BarePage, ShellPage};

/// GET `/shortcuts`
pub async fn show(visit: Visit) -> HttpResponse {
    let result = page(&visit).await;
    visit.respond(result).await
}

/// GET `/offline`
pub async fn offline(visit: Visit) -> HttpResponse {
    let result = offline_page(&visit);
    visit.respond(result).await
}

async fn page(visit: &Visit) -> Result<HttpResponse, Problem> {
    let title = visit.words.get("shortcuts.title");
    let context = ShellPage { page: visit.page_view(&title), sidebar: visit.sidebar().await? };
    visit.html(StatusCode::OK, "pages/shortcuts.html", &context)
}

fn offline_page(visit: &Visit) -> Result<HttpResponse, Problem> {
    let title = visit.words.get("offline.title");
    visit.html(StatusCode::OK, "pages/offline.html", &BarePage { page: visit.page_view(&title) })
}
