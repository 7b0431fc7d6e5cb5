//! `/direct`: a new conversation, with one person or with several. Each is chosen by a tick, so that it needs no script.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::fields::Fields;
use super::rooms::everybody;
use super::visit::{Visit, redirect};
use crate::domain::ids::UserId;
use crate::domain::limits::DIRECT_PEOPLE;
use crate::protocol::answer::Answer;
use crate::protocol::command::Command;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::web::views::SidebarView;
use crate::web::views::forms::ConversationPage;
use crate::web::words::telling;

/// GET `/direct`
pub async fn show(visit: Visit) -> HttpResponse {
    let chosen = Fields::of_query(&visit.request).all("with");
    let result = page(&visit, StatusCode::OK, &chosen, String::new()).await;
    visit.respond(result).await
}

/// POST `/direct`
pub async fn start(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out(&visit, &fields.all("with")).await;
    visit.respond(result).await
}

async fn carry_out(visit: &Visit, chosen: &[String]) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    let mut others = Vec::new();
    for user in chosen {
        others.push(UserId::parse(user).ok_or_else(|| visit.not_found("error.no_such_person"))?);
    }
    let refused = if others.is_empty() {
        visit.words.get("conversation.nobody")
    } else if others.len() >= DIRECT_PEOPLE {
        visit.words.with("conversation.too_many", &[("max", &DIRECT_PEOPLE)])
    } else {
        match visit.ask(&account, Command::Direct { others }).await {
            Ok(Answer::Room { room, .. }) => return Ok(redirect(&visit.room_url(&account, &room).await?)),
            Ok(_) => return Ok(redirect("/rooms")),
            Err(problem) if problem.code == ErrorCode::BadRequest => telling::problem(&visit.words, &problem),
            Err(problem) => return Err(problem),
        }
    };
    page(visit, StatusCode::UNPROCESSABLE_ENTITY, chosen, refused).await
}

async fn page(visit: &Visit, status: StatusCode, chosen: &[String], refused: String) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    let entries = visit.rooms(&account).await?;
    let mut people = everybody(visit, &entries).await?;
    for person in &mut people {
        person.chosen = chosen.contains(&person.person.id) || chosen.contains(&person.person.name);
    }
    let context = ConversationPage {
        page: visit.page_view(&visit.words.get("conversation.title")),
        sidebar: SidebarView::new(&entries, true, None),
        people,
        refused,
        most: DIRECT_PEOPLE - 1,
    };
    visit.html(status, "pages/conversation.html", &context)
}
