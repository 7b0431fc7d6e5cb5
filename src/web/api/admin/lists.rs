//! Connections, invites, bans, reports, settings, the audit log, figures: what has a list and one or two acts.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json as value};

use super::by;
use crate::domain::clock::Timestamp;
use crate::domain::conduct::Ban;
use crate::domain::ids::SessionId;
use crate::protocol::error_code::Problem;
use crate::storage::audit::{AuditEntry, AuditFilter};
use crate::storage::invites::Invite;
use crate::storage::reports::Report;
use crate::web::api::listing::{List, json};
use crate::web::api::problem::ApiError;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

type Answer = Result<HttpResponse, ApiError>;

/// A new ban.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewBan {
    whom: String,
    #[serde(default)]
    reason: String,
    ends_at: Option<String>,
}

/// Which reports.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhichReports {
    #[serde(default)]
    closed: bool,
    cursor: Option<i64>,
}

/// How a report ends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    delete: bool,
}

/// The value of a setting.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewValue {
    value: String,
}

/// Which entries of the audit log.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhichEntries {
    #[serde(default)]
    actor: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    target: String,
    cursor: Option<i64>,
}

fn all(items: Vec<Value>) -> HttpResponse {
    json(HttpResponse::Ok(), List { items, next: None })
}

fn done() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// Everybody who is connected, the longest first.
pub async fn sessions(state: web::Data<WebState>, visitor: Visitor) -> Answer {
    let sessions = state.admin.sessions(&by(&visitor)?).await?;
    let shown = sessions.iter().map(|session| {
        value!({
            "id": session.id.0,
            "user": { "id": session.person.id, "name": session.person.name, "guest": session.person.is_guest() },
            "door": session.origin.door,
            "address": session.origin.address,
            "since": session.since,
            "rooms": session.rooms,
        })
    });
    Ok(all(shown.collect()))
}

/// Ends one connection.
pub async fn cut(state: web::Data<WebState>, visitor: Visitor, id: web::Path<u64>) -> Answer {
    state.admin.cut(&by(&visitor)?, SessionId(*id)).await?;
    Ok(done())
}

/// The invites of everybody that may still be used.
pub async fn invites(state: web::Data<WebState>, visitor: Visitor) -> Answer {
    let invites = state.admin.open_invites(&by(&visitor)?).await?;
    Ok(all(invites.iter().map(Invite::to_json).collect()))
}

/// Takes an invite back.
pub async fn take_back(state: web::Data<WebState>, visitor: Visitor, code: web::Path<String>) -> Answer {
    state.admin.take_back_invite(&by(&visitor)?, &code).await?;
    Ok(done())
}

/// All bans, the newest first.
pub async fn bans(state: web::Data<WebState>, visitor: Visitor) -> Answer {
    Ok(all(state.admin.bans(&by(&visitor)?)?.iter().map(Ban::to_json).collect()))
}

/// Shuts somebody out.
pub async fn ban(state: web::Data<WebState>, visitor: Visitor, new: web::Json<NewBan>) -> Answer {
    let bad = || Problem::field("ends_at", "`ends_at` must be a time such as 2027-01-31T12:00:00Z, or left out");
    let ends_at = new.ends_at.as_deref().map(|text| Timestamp::parse(text).ok_or_else(bad)).transpose()?;
    let ban = state.admin.ban(&by(&visitor)?, &new.whom, &new.reason, ends_at).await?;
    Ok(json(HttpResponse::Created(), ban.to_json()))
}

/// Takes a ban back.
pub async fn lift(state: web::Data<WebState>, visitor: Visitor, id: web::Path<i64>) -> Answer {
    state.admin.lift_ban(&by(&visitor)?, *id).await?;
    Ok(done())
}

/// Open reports, or closed ones, the newest first.
pub async fn reports(state: web::Data<WebState>, visitor: Visitor, which: web::Query<WhichReports>) -> Answer {
    let (reports, more) = state.admin.reports(&by(&visitor)?, !which.closed, which.cursor).await?;
    let next = reports.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(json(HttpResponse::Ok(), List { items: reports.iter().map(report).collect(), next }))
}

fn report(report: &Report) -> Value {
    let closed = report.closed.as_ref();
    value!({
        "id": report.id,
        "room": report.room_name,
        "seq": report.seq,
        "text": report.text,
        "author": report.author.name,
        "reporter": report.reporter.name,
        "reason": report.reason,
        "at": report.at,
        "closed": closed.map(|closed| value!({ "at": closed.at, "by": closed.by, "outcome": closed.outcome })),
    })
}

/// Closes a report; with `delete` the message goes.
pub async fn close(
    state: web::Data<WebState>,
    visitor: Visitor,
    id: web::Path<i64>,
    how: web::Json<Closing>,
) -> Answer {
    state.admin.close_report(&by(&visitor)?, *id, how.delete).await?;
    Ok(done())
}

/// What can be changed while the server runs.
pub async fn settings(state: web::Data<WebState>, visitor: Visitor) -> Answer {
    let settings = state.admin.settings(&by(&visitor)?).await?;
    let shown =
        settings.iter().map(|(setting, value)| value!({ "key": setting.key, "value": value, "about": setting.about }));
    Ok(all(shown.collect()))
}

/// Changes one of them; it holds at once.
pub async fn set(
    state: web::Data<WebState>,
    visitor: Visitor,
    key: web::Path<String>,
    new: web::Json<NewValue>,
) -> Answer {
    state.admin.set(&by(&visitor)?, &key, &new.value).await?;
    Ok(done())
}

/// A page of the audit log, the newest first.
pub async fn audit(state: web::Data<WebState>, visitor: Visitor, which: web::Query<WhichEntries>) -> Answer {
    let which = which.into_inner();
    let filter = AuditFilter { actor: which.actor, action: which.action, target: which.target };
    let (entries, more) = state.admin.audit(&by(&visitor)?, &filter, which.cursor).await?;
    let next = entries.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(json(HttpResponse::Ok(), List { items: entries.iter().map(AuditEntry::to_json).collect(), next }))
}

/// Whether the audit log is whole.
pub async fn verify(state: web::Data<WebState>, visitor: Visitor) -> Answer {
    let verified = state.admin.verify_audit(&by(&visitor)?).await?;
    Ok(json(HttpResponse::Ok(), verified.to_json()))
}

/// How the server is doing.
pub async fn figures(state: web::Data<WebState>, visitor: Visitor) -> Answer {
    Ok(json(HttpResponse::Ok(), state.admin.figures(&by(&visitor)?, &state.metrics)?))
}
