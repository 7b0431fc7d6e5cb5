//! `/admin/audit`: what those who run the server did.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::Bytes;
use actix_web::{Error, HttpResponse};
use futures_util::stream;
use serde::Serialize;

use super::desk::{Desk, Left, Section};
use crate::admin::{Admin, By};
use crate::domain::office::Power;
use crate::protocol::error_code::Problem;
use crate::storage::audit::{AuditEntry, AuditFilter, Verified, hex};
use crate::web::pages::fields::Fields;
use crate::web::views::url;

#[derive(Serialize)]
struct Body {
    actor: String,
    action: String,
    target: String,
    entries: Vec<EntryRow>,
    more: String,
    /// The filter, as the address of the export has it.
    query: String,
    verified: Option<VerifiedView>,
}

#[derive(Serialize)]
struct EntryRow {
    id: i64,
    at: String,
    actor: String,
    origin: String,
    action: String,
    target: String,
    details: String,
}

#[derive(Serialize)]
struct VerifiedView {
    entries: u64,
    last: String,
    broken_at: Option<i64>,
}

/// GET `/admin/audit`
pub async fn show(desk: Desk) -> HttpResponse {
    let result = page(&desk, None).await;
    desk.respond(result).await
}

/// POST `/admin/audit/verify`. It changes nothing, so the page itself is the answer.
pub async fn verify(desk: Desk) -> HttpResponse {
    let result = match desk.admin().verify_audit(&desk.by).await {
        Ok(verified) => page(&desk, Some(verified)).await,
        Err(error) => Err(desk.problem(&error)),
    };
    desk.respond(result).await
}

/// GET `/admin/audit/export`: every entry that fits the filter, the newest first, a line of JSON each.
pub async fn export(desk: Desk) -> HttpResponse {
    if let Err(error) = desk.admin().allow(&desk.by, Power::Audit) {
        return desk.respond(Err(desk.problem(&error))).await;
    }
    let filter = filter(&Fields::of_query(&desk.visit.request));
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"audit.ndjson\""))
        .content_type("application/x-ndjson")
        .streaming(lines(desk.admin().clone(), desk.by.clone(), filter))
}

/// Page by page, so that a long log takes no more memory than a short one.
fn lines(admin: Admin, by: By, filter: AuditFilter) -> impl stream::Stream<Item = Result<Bytes, Error>> {
    stream::unfold(Some((admin, by, filter, None)), |state| async {
        let (admin, by, filter, before) = state?;
        match admin.audit(&by, &filter, before).await {
            Ok((entries, more)) => {
                let text: String = entries.iter().map(|entry| entry.to_json().to_string() + "\n").collect();
                let last = entries.last().map(|last| last.id).filter(|_| more);
                let next = last.map(|last| (admin, by, filter, Some(last)));
                Some((Ok(Bytes::from(text)), next))
            }
            Err(error) => {
                log::error!("the audit log could not be exported whole: {error:?}");
                // Whoever reads it must not take a part for the whole: the answer breaks off.
                Some((Err(actix_web::error::ErrorInternalServerError("broken off")), None))
            }
        }
    })
}

fn filter(query: &Fields) -> AuditFilter {
    let field = |name: &str| query.get(name).trim().to_owned();
    AuditFilter { actor: field("actor"), action: field("action"), target: field("target") }
}

async fn page(desk: &Desk, verified: Option<Verified>) -> Result<HttpResponse, Problem> {
    let query = Fields::of_query(&desk.visit.request);
    let filter = filter(&query);
    let found = desk.admin().audit(&desk.by, &filter, query.get("before").parse().ok()).await;
    let (entries, more) = found.map_err(|error| desk.problem(&error))?;
    let parts = [&filter.actor, &filter.action, &filter.target].map(|part| url::segment(part));
    let query = format!("actor={}&action={}&target={}", parts[0], parts[1], parts[2]);
    let body = Body {
        more: entries
            .last()
            .filter(|_| more)
            .map(|last| format!("/admin/audit?{query}&before={}", last.id))
            .unwrap_or_default(),
        entries: entries.iter().map(|entry| row(desk, entry)).collect(),
        actor: filter.actor,
        action: filter.action,
        target: filter.target,
        query,
        verified: verified.map(|verified| VerifiedView {
            entries: verified.entries,
            last: hex(&verified.last),
            broken_at: verified.broken_at,
        }),
    };
    desk.page(Section::Audit, "admin/audit.html", &Left::default(), &body).await
}

fn row(desk: &Desk, entry: &AuditEntry) -> EntryRow {
    let act = &entry.act;
    EntryRow {
        id: entry.id,
        at: desk.moment(act.at),
        actor: act.actor.name.to_string(),
        origin: act.origin.clone(),
        action: act.action.clone(),
        target: act.target.clone(),
        details: if act.details == "{}" { String::new() } else { act.details.clone() },
    }
}
