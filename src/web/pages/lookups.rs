//! Pages of what can be looked up in a room: what a message said before, and why the room is unread.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::asking::{room_name, unexpected};
use super::visit::Visit;
use crate::domain::ids::Seq;
use crate::domain::name::RoomName;
use crate::domain::person::Person;
use crate::protocol::answer::Answer;
use crate::protocol::command::{Command, Question};
use crate::protocol::error_code::Problem;
use crate::web::views::lookup::{EditsPage, VersionView, WhyPage};
use crate::web::views::{SidebarView, url};

/// GET `/rooms/{room}/{seq}/edits`
pub async fn edits(visit: Visit, path: web::Path<(String, Seq)>) -> HttpResponse {
    let result = async {
        let (reader, room) = (visit.reader()?, room_name(&path.0)?);
        let question = Question::Versions { seq: path.1 };
        let versions = match visit.ask(&reader, Command::Ask { room: room.clone(), question }).await? {
            Answer::Versions(versions) => versions,
            other => return Err(unexpected(&other)),
        };
        let writing = visit.state.renderer.writing(&visit.words, None);
        let context = EditsPage {
            page: visit.page_view(&visit.words.get("message.edits")),
            sidebar: sidebar(&visit, &reader, &room).await?,
            back_url: url::permalink(room.as_str(), path.1),
            versions: versions.iter().map(|version| VersionView::new(version, writing)).collect(),
        };
        visit.html(StatusCode::OK, "pages/edits.html", &context)
    };
    let result = result.await;
    visit.respond(result).await
}

/// GET `/rooms/{room}/unread`
pub async fn unread(visit: Visit, room: web::Path<String>) -> HttpResponse {
    let result = async {
        let (account, room) = (visit.account()?, room_name(&room)?);
        let why = match visit.ask(&account, Command::Ask { room: room.clone(), question: Question::Why }).await? {
            Answer::Why(why) => why,
            other => return Err(unexpected(&other)),
        };
        let context = WhyPage::new(
            visit.page_view(&visit.words.get("unread.title")),
            sidebar(&visit, &account, &room).await?,
            visit.room_url(&account, &room).await?,
            &why,
        );
        visit.html(StatusCode::OK, "pages/unread.html", &context)
    };
    let result = result.await;
    visit.respond(result).await
}

async fn sidebar(visit: &Visit, reader: &Arc<Person>, room: &RoomName) -> Result<SidebarView, Problem> {
    let entries = visit.rooms(reader).await?;
    Ok(SidebarView::new(&entries, visit.is_account(), Some(room.as_str())))
}
