//! `/admin/sessions`: who is connected.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::desk::{Desk, Left, Section, done};
use super::people;
use crate::chat::messages::SeenSession;
use crate::domain::ids::SessionId;
use crate::protocol::error_code::Problem;
use crate::web::pages::fields::Fields;
use crate::web::views::url;

/// Connections of one page.
const PAGE: usize = 100;

#[derive(Serialize)]
struct Body {
    q: String,
    count: usize,
    sessions: Vec<SessionRow>,
    more: String,
}

#[derive(Serialize)]
struct SessionRow {
    id: u64,
    name: String,
    /// The page of the account; nothing for a guest.
    url: String,
    door: &'static str,
    address: String,
    since: String,
    rooms: usize,
}

/// GET `/admin/sessions`
pub async fn show(desk: Desk) -> HttpResponse {
    let result = page(&desk, Left::default()).await;
    desk.respond(result).await
}

/// POST `/admin/sessions/{id}/cut`
pub async fn cut(desk: Desk, id: web::Path<u64>) -> HttpResponse {
    let result = match desk.admin().cut(&desk.by, SessionId(*id)).await {
        Ok(()) => Ok(done("/admin/sessions")),
        Err(error) => match Left::default().refuse(&desk, &error) {
            Ok(left) => page(&desk, left).await,
            Err(problem) => Err(problem),
        },
    };
    desk.respond(result).await
}

async fn page(desk: &Desk, left: Left) -> Result<HttpResponse, Problem> {
    let query = Fields::of_query(&desk.visit.request);
    let q = query.get("q").trim().to_lowercase();
    let mut sessions = desk.admin().sessions(&desk.by).await.map_err(|error| desk.problem(&error))?;
    let is_meant = |session: &SeenSession| {
        session.person.name.as_str().to_lowercase().contains(&q) || session.origin.address.to_string().contains(&q)
    };
    sessions.retain(is_meant);
    let count = sessions.len();
    // Ids grow with time, so that those who come and go in between do not move the others.
    let after: u64 = query.get("after").parse().unwrap_or(0);
    sessions.sort_by_key(|session| session.id);
    sessions.retain(|session| session.id.0 > after);
    let more = sessions.get(PAGE - 1).filter(|_| sessions.len() > PAGE);
    let more = more.map(|last| format!("/admin/sessions?q={}&after={}", url::segment(&q), last.id.0));
    let row = |session: &SeenSession| SessionRow {
        id: session.id.0,
        url: if session.person.is_guest() { String::new() } else { people::url_of(session.person.name.as_str()) },
        name: session.person.name.to_string(),
        door: session.origin.door.as_str(),
        address: session.origin.address.to_string(),
        since: desk.moment(session.since),
        rooms: session.rooms,
    };
    let rows = sessions.iter().take(PAGE).map(row).collect();
    let body = Body { q, count, sessions: rows, more: more.unwrap_or_default() };
    desk.page(Section::Sessions, "admin/sessions.html", &left, &body).await
}
