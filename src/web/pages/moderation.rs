//! The forms of those who keep order in a room: mute, ban, slow mode; and the form by which anybody reports a message.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::asking::room_name;
use super::fields::Fields;
use super::members::carry_out;
use super::room_settings::saved;
use super::visit::{Visit, redirect};
use crate::domain::event::EventBody;
use crate::domain::ids::{Seq, UserId};
use crate::domain::limits::REASON_CHARS;
use crate::domain::moderation::{Measure, ReportReason};
use crate::domain::name::RoomName;
use crate::protocol::command::{Command, Page};
use crate::protocol::decode;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::web::views::lookup::ReportPage;
use crate::web::views::{SidebarView, url};
use crate::web::words::telling;

/// POST `/rooms/{room}/members/{user}/mute`
pub async fn mute(visit: Visit, path: web::Path<(String, String)>, fields: Fields) -> HttpResponse {
    let minutes = fields.get("minutes").parse().ok().and_then(|minutes| decode::mute_minutes(minutes).ok());
    let command = |room, user| minutes.map(|minutes| Command::Mute { room, user, minutes });
    let result = carry_out(&visit, &path, command).await;
    visit.respond(result).await
}

/// POST `/rooms/{room}/members/{user}/ban`
pub async fn ban(visit: Visit, path: web::Path<(String, String)>) -> HttpResponse {
    let command = |room, user| Some(Command::Moderate { room, measure: Measure::Ban { user, on: true } });
    let result = carry_out(&visit, &path, command).await;
    visit.respond(result).await
}

/// POST `/rooms/{room}/bans/{user}/lift`
pub async fn lift_ban(visit: Visit, path: web::Path<(String, String)>) -> HttpResponse {
    let result = async {
        let (account, room) = (visit.account()?, room_name(&path.0)?);
        let user = UserId::parse(&path.1).ok_or_else(|| visit.not_found("error.no_such_person"))?;
        let measure = Measure::Ban { user, on: false };
        visit.ask(&account, Command::Moderate { room: room.clone(), measure }).await?;
        Ok(saved(&room, "order"))
    };
    let result = result.await;
    visit.respond(result).await
}

/// POST `/rooms/{room}/slow`
pub async fn slow(visit: Visit, room: web::Path<String>, fields: Fields) -> HttpResponse {
    let result = async {
        let (account, room) = (visit.account()?, room_name(&room)?);
        let seconds = fields.get("seconds").parse().map_err(|_| Problem::field("seconds", "write whole seconds"))?;
        let measure = decode::slow(seconds)?;
        visit.ask(&account, Command::Moderate { room: room.clone(), measure }).await?;
        Ok(saved(&room, "order"))
    };
    let result = result.await;
    visit.respond(result).await
}

/// GET `/rooms/{room}/{seq}/report`
pub async fn report_form(visit: Visit, path: web::Path<(String, Seq)>) -> HttpResponse {
    let result = match room_name(&path.0) {
        Ok(room) => page(&visit, &room, path.1, StatusCode::OK, "", String::new()).await,
        Err(problem) => Err(problem),
    };
    visit.respond(result).await
}

/// POST `/rooms/{room}/{seq}/report`
pub async fn report(visit: Visit, path: web::Path<(String, Seq)>, fields: Fields) -> HttpResponse {
    let result = carry_out_report(&visit, &path, fields.get("reason")).await;
    visit.respond(result).await
}

async fn carry_out_report(visit: &Visit, path: &(String, Seq), typed: &str) -> Result<HttpResponse, Problem> {
    let (room, account) = (room_name(&path.0)?, visit.account()?);
    let Ok(reason) = ReportReason::parse(typed) else {
        let error = visit.words.with("report.bad_reason", &[("max", &REASON_CHARS)]);
        return page(visit, &room, path.1, StatusCode::UNPROCESSABLE_ENTITY, typed, error).await;
    };
    match visit.ask(&account, Command::Report { room: room.clone(), seq: path.1, reason }).await {
        Ok(_) => Ok(redirect(&url::permalink(room.as_str(), path.1))),
        Err(problem) if problem.code == ErrorCode::Conflict => {
            let error = visit.words.get("report.before");
            page(visit, &room, path.1, StatusCode::CONFLICT, typed, error).await
        }
        Err(problem) if problem.code == ErrorCode::Forbidden => {
            let error = telling::problem(&visit.words, &problem);
            page(visit, &room, path.1, StatusCode::FORBIDDEN, typed, error).await
        }
        Err(problem) => Err(problem),
    }
}

async fn page(
    visit: &Visit,
    room: &RoomName,
    seq: Seq,
    status: StatusCode,
    typed: &str,
    error: String,
) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    let page = Page { before: None, after: Some(seq.saturating_sub(1)), limit: 1 };
    let events = visit.history(&account, room, page).await?.events;
    let event = events.iter().find(|event| event.seq == seq && matches!(event.body, EventBody::Message(_)));
    let event = event.ok_or_else(|| visit.not_found("refusal.no_such_message"))?;
    let EventBody::Message(message) = &event.body else { return Err(visit.not_found("refusal.no_such_message")) };
    let entries = visit.rooms(&account).await?;
    let context = ReportPage {
        page: visit.page_view(&visit.words.get("report.title")),
        sidebar: SidebarView::new(&entries, visit.is_account(), Some(room.as_str())),
        back_url: url::permalink(room.as_str(), seq),
        author: event.author.name.to_string(),
        text: message.text.clone(),
        reason: typed.to_owned(),
        reason_error: error,
    };
    visit.html(status, "pages/report.html", &context)
}
