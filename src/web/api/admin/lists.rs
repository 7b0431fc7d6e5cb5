//! Connections, invites, bans, reports, settings, the audit log, figures: what has a list and one or two acts.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::by;
use super::shown::{Session, ShownReport, ShownSetting};
use crate::admin::settings::LiveSetting;
use crate::admin::watch::Figures;
use crate::domain::clock::Timestamp;
use crate::domain::conduct::{Ban, ShownBan};
use crate::domain::ids::SessionId;
use crate::protocol::error_code::Problem;
use crate::storage::audit::{AuditEntry, AuditFilter, ShownCheck, ShownEntry};
use crate::storage::invites::{Invite, OpenInvite};
use crate::web::api::extract::Body;
use crate::web::api::listing::{List, json};
use crate::web::api::openapi::texts;
use crate::web::api::problem::ApiError;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

type Answer = Result<HttpResponse, ApiError>;

/// A new ban.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBan {
    whom: String,
    #[serde(default)]
    #[schema(value_type = texts::SomeReason)]
    reason: String,
    #[schema(format = DateTime)]
    ends_at: Option<String>,
}

/// Which reports.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichReports {
    #[serde(default)]
    closed: bool,
    cursor: Option<i64>,
}

/// How a report ends.
#[derive(Deserialize, ToSchema)]
#[schema(as = ReportClosing)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    delete: bool,
}

/// The value of a setting.
#[derive(Deserialize, ToSchema)]
#[schema(as = SettingValue)]
#[serde(deny_unknown_fields)]
pub struct NewValue {
    value: String,
}

/// Which entries of the audit log.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
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

fn all(items: Vec<impl Serialize>) -> HttpResponse {
    json(HttpResponse::Ok(), List { items, next: None })
}

fn done() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// Everybody who is connected, the longest first.
#[utoipa::path(get, path = "/admin/sessions", responses((status = 200, body = List<Session>)))]
pub async fn sessions(state: web::Data<WebState>, visitor: Visitor) -> Answer {
    let sessions = state.admin.sessions(&by(&visitor)?).await?;
    Ok(all(sessions.iter().map(Session::from).collect()))
}

/// Ends one connection.
#[utoipa::path(delete, path = "/admin/sessions/{id}", responses((status = 204)))]
pub async fn cut(state: web::Data<WebState>, visitor: Visitor, id: web::Path<u64>) -> Answer {
    state.admin.cut(&by(&visitor)?, SessionId(*id)).await?;
    Ok(done())
}

/// The invites of everybody that may still be used.
#[utoipa::path(get, path = "/admin/invites", responses((status = 200, body = List<OpenInvite>)))]
pub async fn invites(state: web::Data<WebState>, visitor: Visitor) -> Answer {
    let invites = state.admin.open_invites(&by(&visitor)?).await?;
    Ok(all(invites.iter().map(Invite::shown).collect()))
}

/// Takes an invite back.
#[utoipa::path(delete, path = "/admin/invites/{code}", responses((status = 204)))]
pub async fn take_back(state: web::Data<WebState>, visitor: Visitor, code: web::Path<String>) -> Answer {
    state.admin.take_back_invite(&by(&visitor)?, &code).await?;
    Ok(done())
}

/// All bans, the newest first.
#[utoipa::path(get, path = "/admin/bans", responses((status = 200, body = List<ShownBan>)))]
pub async fn bans(state: web::Data<WebState>, visitor: Visitor) -> Answer {
    Ok(all(state.admin.bans(&by(&visitor)?)?.iter().map(Ban::shown).collect()))
}

/// Shuts somebody out.
#[utoipa::path(
    post,
    path = "/admin/bans",
    request_body = NewBan,
    responses((status = 201, body = ShownBan), (status = 404), (status = 409))
)]
pub async fn ban(state: web::Data<WebState>, visitor: Visitor, new: Body<NewBan>) -> Answer {
    let bad = || Problem::field("ends_at", "`ends_at` must be a time such as 2027-01-31T12:00:00Z, or left out");
    let ends_at = new.ends_at.as_deref().map(|text| Timestamp::parse(text).ok_or_else(bad)).transpose()?;
    let ban = state.admin.ban(&by(&visitor)?, &new.whom, &new.reason, ends_at).await?;
    Ok(json(HttpResponse::Created(), ban.shown()))
}

/// Takes a ban back.
#[utoipa::path(delete, path = "/admin/bans/{id}", responses((status = 204)))]
pub async fn lift(state: web::Data<WebState>, visitor: Visitor, id: web::Path<i64>) -> Answer {
    state.admin.lift_ban(&by(&visitor)?, *id).await?;
    Ok(done())
}

/// Open reports, or closed ones, the newest first.
#[utoipa::path(get, path = "/admin/reports", params(WhichReports), responses((status = 200, body = List<ShownReport>)))]
pub async fn reports(state: web::Data<WebState>, visitor: Visitor, which: web::Query<WhichReports>) -> Answer {
    let (reports, more) = state.admin.reports(&by(&visitor)?, !which.closed, which.cursor).await?;
    let next = reports.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(json(HttpResponse::Ok(), List { items: reports.iter().map(ShownReport::from).collect(), next }))
}

/// Closes a report; with `delete` the message goes.
#[utoipa::path(post, path = "/admin/reports/{id}/close", request_body = Closing, responses((status = 204)))]
pub async fn close(state: web::Data<WebState>, visitor: Visitor, id: web::Path<i64>, how: Body<Closing>) -> Answer {
    state.admin.close_report(&by(&visitor)?, *id, how.delete).await?;
    Ok(done())
}

/// What can be changed while the server runs.
#[utoipa::path(get, path = "/admin/settings", responses((status = 200, body = List<ShownSetting>)))]
pub async fn settings(state: web::Data<WebState>, visitor: Visitor) -> Answer {
    let settings = state.admin.settings(&by(&visitor)?).await?;
    let shown = settings.into_iter().map(|(LiveSetting { key, about, .. }, value)| ShownSetting { key, value, about });
    Ok(all(shown.collect()))
}

/// Changes one of them; it holds at once.
#[utoipa::path(put, path = "/admin/settings/{key}", request_body = NewValue, responses((status = 204)))]
pub async fn set(state: web::Data<WebState>, visitor: Visitor, key: web::Path<String>, new: Body<NewValue>) -> Answer {
    state.admin.set(&by(&visitor)?, &key, &new.value).await?;
    Ok(done())
}

/// A page of the audit log, the newest first.
#[utoipa::path(get, path = "/admin/audit", params(WhichEntries), responses((status = 200, body = List<ShownEntry>)))]
pub async fn audit(state: web::Data<WebState>, visitor: Visitor, which: web::Query<WhichEntries>) -> Answer {
    let which = which.into_inner();
    let filter = AuditFilter { actor: which.actor, action: which.action, target: which.target };
    let (entries, more) = state.admin.audit(&by(&visitor)?, &filter, which.cursor).await?;
    let next = entries.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(json(HttpResponse::Ok(), List { items: entries.iter().map(AuditEntry::shown).collect(), next }))
}

/// Whether the audit log is whole.
#[utoipa::path(get, path = "/admin/audit/verify", responses((status = 200, body = ShownCheck)))]
pub async fn verify(state: web::Data<WebState>, visitor: Visitor) -> Answer {
    let verified = state.admin.verify_audit(&by(&visitor)?).await?;
    Ok(json(HttpResponse::Ok(), verified.shown()))
}

/// How the server is doing.
#[utoipa::path(get, path = "/admin/figures", responses((status = 200, body = Figures)))]
pub async fn figures(state: web::Data<WebState>, visitor: Visitor) -> Answer {
    Ok(json(HttpResponse::Ok(), state.admin.figures(&by(&visitor)?, &state.metrics)?))
}
