//! `/admin/bans`: who is shut out of the server.

use actix_web::{HttpResponse, web};
use jiff::civil::DateTime;
use serde::Serialize;

use super::desk::{Desk, FieldView, Left, Section, done};
use super::people;
use crate::admin::AdminError;
use crate::domain::clock::Timestamp;
use crate::domain::conduct::{Ban, Banned};
use crate::protocol::error_code::Problem;
use crate::web::pages::fields::Fields;

#[derive(Serialize)]
struct Body {
    bans: Vec<BanRow>,
    whom: FieldView,
    reason: FieldView,
    ends_at: FieldView,
    zone: String,
}

#[derive(Serialize)]
struct BanRow {
    id: i64,
    whom: String,
    /// The page of the account; nothing for a network.
    url: String,
    reason: String,
    by: String,
    made: String,
    ends: String,
    in_force: bool,
}

/// GET `/admin/bans`
pub async fn show(desk: Desk) -> HttpResponse {
    let result = page(&desk, Left::default()).await;
    desk.respond(result).await
}

/// POST `/admin/bans`
pub async fn add(desk: Desk, fields: Fields) -> HttpResponse {
    let result = match carry_out(&desk, &fields).await {
        Ok(()) => Ok(done("/admin/bans")),
        Err(error) => match Left::typed(&fields, &["whom", "reason", "ends_at"]).refuse(&desk, &error) {
            Ok(left) => page(&desk, left).await,
            Err(problem) => Err(problem),
        },
    };
    desk.respond(result).await
}

/// POST `/admin/bans/{id}/lift`
pub async fn lift(desk: Desk, id: web::Path<i64>) -> HttpResponse {
    let result = match desk.admin().lift_ban(&desk.by, *id).await {
        Ok(()) => Ok(done("/admin/bans")),
        Err(error) => match Left::default().refuse(&desk, &error) {
            Ok(left) => page(&desk, left).await,
            Err(problem) => Err(problem),
        },
    };
    desk.respond(result).await
}

async fn carry_out(desk: &Desk, fields: &Fields) -> Result<(), AdminError> {
    let ends_at = end(desk, fields.get("ends_at"))?;
    desk.admin().ban(&desk.by, fields.get("whom"), fields.get("reason"), ends_at).await.map(|_| ())
}

/// A moment on the clocks of the pages, as `<input type="datetime-local">` writes it; nothing for never.
fn end(desk: &Desk, text: &str) -> Result<Option<Timestamp>, AdminError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let bad = || AdminError::Bad { field: "ends_at", message: "write a moment such as 2027-01-31T12:00".to_owned() };
    let moment: DateTime = text.parse().map_err(|_| bad())?;
    let zoned = moment.to_zoned(desk.visit.state.renderer.zone().clone()).map_err(|_| bad())?;
    Ok(Some(Timestamp(zoned.timestamp().as_millisecond())))
}

async fn page(desk: &Desk, left: Left) -> Result<HttpResponse, Problem> {
    let bans = desk.admin().bans(&desk.by).map_err(|error| desk.problem(&error))?;
    let body = Body {
        bans: bans.iter().map(|ban| row(desk, ban)).collect(),
        whom: left.field("whom", Fields::of_query(&desk.visit.request).get("whom")),
        reason: left.field("reason", ""),
        ends_at: left.field("ends_at", ""),
        zone: desk.visit.state.renderer.zone().iana_name().unwrap_or("UTC").to_owned(),
    };
    desk.page(Section::Bans, "admin/bans.html", &left, &body).await
}

fn row(desk: &Desk, ban: &Ban) -> BanRow {
    let (whom, url) = match &ban.who {
        Banned::Account(account) => (account.name.to_string(), people::url_of(account.name.as_str())),
        Banned::Network(network) => (network.to_string(), String::new()),
    };
    BanRow {
        id: ban.id,
        whom,
        url,
        reason: ban.reason.clone(),
        by: ban.made_by.name.to_string(),
        made: desk.moment(ban.made_at),
        ends: ban.ends_at.map(|at| desk.moment(at)).unwrap_or_default(),
        in_force: ban.is_in_force(desk.visit.state.clock.now()),
    }
}
