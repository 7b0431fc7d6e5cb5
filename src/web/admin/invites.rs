//! `/admin/invites`: the invites of everybody that may still be used.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::desk::{Desk, Left, Section, done};
use super::people;
use crate::protocol::error_code::Problem;
use crate::web::views::url;

#[derive(Serialize)]
struct Body {
    invites: Vec<InviteRow>,
}

#[derive(Serialize)]
struct InviteRow {
    revoke_url: String,
    /// The beginning: the whole code would let in whoever looks over a shoulder.
    hint: String,
    by: String,
    by_url: String,
    created: String,
    expires: String,
    uses: u32,
    max_uses: Option<u32>,
}

/// GET `/admin/invites`
pub async fn show(desk: Desk) -> HttpResponse {
    let result = page(&desk, Left::default()).await;
    desk.respond(result).await
}

/// POST `/admin/invites/{code}/revoke`
pub async fn revoke(desk: Desk, code: web::Path<String>) -> HttpResponse {
    let result = match desk.admin().take_back_invite(&desk.by, &code).await {
        Ok(()) => Ok(done("/admin/invites")),
        Err(error) => match Left::default().refuse(&desk, &error) {
            Ok(left) => page(&desk, left).await,
            Err(problem) => Err(problem),
        },
    };
    desk.respond(result).await
}

async fn page(desk: &Desk, left: Left) -> Result<HttpResponse, Problem> {
    let invites = desk.admin().open_invites(&desk.by).await.map_err(|error| desk.problem(&error))?;
    let rows = invites.iter().map(|invite| InviteRow {
        revoke_url: format!("/admin/invites/{}/revoke", url::segment(&invite.code)),
        hint: invite.code.chars().take(6).collect(),
        by: invite.made_by.name.to_string(),
        by_url: people::url_of(invite.made_by.name.as_str()),
        created: desk.moment(invite.created_at),
        expires: invite.expires_at.map(|at| desk.moment(at)).unwrap_or_default(),
        uses: invite.uses,
        max_uses: invite.max_uses,
    });
    desk.page(Section::Invites, "admin/invites.html", &left, &Body { invites: rows.collect() }).await
}
