//! `/admin/reports`: messages that somebody found wrong.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::desk::{Desk, Left, Section, done, nowhere};
use super::people;
use crate::protocol::error_code::Problem;
use crate::storage::reports::Report;
use crate::web::pages::fields::Fields;
use crate::web::views::url;

#[derive(Serialize)]
struct Body {
    open: bool,
    reports: Vec<ReportRow>,
    more: String,
}

#[derive(Serialize)]
struct ReportRow {
    id: i64,
    room: String,
    url: String,
    text: String,
    author: String,
    author_url: String,
    reporter: String,
    reason: String,
    at: String,
    /// `deleted` or `dismissed`; nothing while it is open.
    outcome: String,
    closed_by: String,
    closed_at: String,
}

/// GET `/admin/reports`
pub async fn show(desk: Desk) -> HttpResponse {
    let result = page(&desk, Left::default()).await;
    desk.respond(result).await
}

/// POST `/admin/reports/{id}`
pub async fn close(desk: Desk, id: web::Path<i64>, fields: Fields) -> HttpResponse {
    let delete = match fields.get("act") {
        "delete" => true,
        "dismiss" => false,
        _ => return desk.respond(Err(nowhere())).await,
    };
    let result = match desk.admin().close_report(&desk.by, *id, delete).await {
        Ok(()) => Ok(done("/admin/reports")),
        Err(error) => match Left::default().refuse(&desk, &error) {
            Ok(left) => page(&desk, left).await,
            Err(problem) => Err(problem),
        },
    };
    desk.respond(result).await
}

async fn page(desk: &Desk, left: Left) -> Result<HttpResponse, Problem> {
    let query = Fields::of_query(&desk.visit.request);
    let open = query.get("state") != "closed";
    let found = desk.admin().reports(&desk.by, open, query.get("before").parse().ok()).await;
    let (reports, more) = found.map_err(|error| desk.problem(&error))?;
    let state = if open { "open" } else { "closed" };
    let next = |last: &Report| format!("/admin/reports?state={state}&before={}", last.id);
    let body = Body {
        open,
        more: reports.last().filter(|_| more).map(next).unwrap_or_default(),
        reports: reports.iter().map(|report| row(desk, report)).collect(),
    };
    desk.page(Section::Reports, "admin/reports.html", &left, &body).await
}

fn row(desk: &Desk, report: &Report) -> ReportRow {
    let closed = report.closed.as_ref();
    ReportRow {
        id: report.id,
        room: report.room_name.to_string(),
        url: url::permalink(report.room_name.as_str(), report.seq),
        text: report.text.clone(),
        author: report.author.name.to_string(),
        author_url: people::url_of(report.author.name.as_str()),
        reporter: report.reporter.name.to_string(),
        reason: report.reason.clone(),
        at: desk.moment(report.at),
        outcome: closed.map(|closed| closed.outcome.clone()).unwrap_or_default(),
        closed_by: closed.map(|closed| closed.by.clone()).unwrap_or_default(),
        closed_at: closed.map(|closed| desk.moment(closed.at)).unwrap_or_default(),
    }
}
