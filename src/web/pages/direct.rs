//! `/direct/{user}`: the conversation with one person, by name.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::room::{self, Typed, Window};
use super::visit::{Visit, redirect};
use crate::domain::ids::UserId;
use crate::domain::person::{Author, Person};
use crate::protocol::command::Command;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::users::Account;
use crate::web::views::forms::{DirectStartPage, PersonView};
use crate::web::views::{SidebarView, url};

/// GET `/direct/{user}`
pub async fn show(visit: Visit, user: web::Path<String>) -> HttpResponse {
    let result = page(&visit, &user).await;
    visit.respond(result).await
}

/// POST `/direct/{user}`
pub async fn start(visit: Visit, user: web::Path<String>) -> HttpResponse {
    let result = carry_out(&visit, &user).await;
    visit.respond(result).await
}

async fn page(visit: &Visit, name: &str) -> Result<HttpResponse, Problem> {
    let (account, other) = both(visit, name).await?;
    if UserId::parse(name).is_some_and(|id| id == other.id) {
        // Messages know people by id, which stays when a name changes; the address shows the name.
        return Ok(redirect(&url::direct(other.name.as_str())));
    }
    let entries = visit.rooms(&account).await?;
    let with_other = entries.iter().find(|entry| entry.other.as_ref().is_some_and(|person| person.id == other.id));
    if let Some(entry) = with_other {
        return room::page(visit, &entry.room, Window::of_query(visit), Typed::default()).await;
    }
    let context = DirectStartPage {
        page: visit.page_view(other.name.as_str()),
        sidebar: SidebarView::new(&entries, true, None),
        person: PersonView::from(&Author { id: other.id, name: other.name }),
    };
    visit.html(StatusCode::OK, "pages/direct_start.html", &context)
}

async fn carry_out(visit: &Visit, name: &str) -> Result<HttpResponse, Problem> {
    let (account, other) = both(visit, name).await?;
    visit.ask(&account, Command::Direct { others: vec![other.id] }).await?;
    Ok(redirect(&url::direct(other.name.as_str())))
}

/// Who writes with whom, by name or by id.
async fn both(visit: &Visit, name: &str) -> Result<(Arc<Person>, Account), Problem> {
    let account = visit.account()?;
    let other = visit.find_person(name).await?;
    if other.id == account.id {
        return Err(visit.told(ErrorCode::BadRequest, "error.with_oneself"));
    }
    Ok((account, other))
}
