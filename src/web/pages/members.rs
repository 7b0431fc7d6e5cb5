//! `/rooms/{room}/members`: the people of a room, and the forms that add them, give them roles and remove them. With a
//! script all of it stands in the panel.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::asking::room_name;
use super::fields::Fields;
use super::refusals::storage_problem;
use super::visit::{Visit, redirect};
use crate::domain::ids::UserId;
use crate::domain::membership::Role;
use crate::domain::name::{NameKey, RoomName};
use crate::domain::person::{Person, Status};
use crate::protocol::answer::{MemberEntry, RoomLook};
use crate::protocol::command::Command;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::web::views::members::{Looking, MemberView, MembersPage, RoomCard};
use crate::web::views::{SidebarView, url};
use crate::web::words::telling;

/// People shown; those who are connected come first where there are more.
const PEOPLE: usize = 200;

/// What a refused form leaves on the page.
#[derive(Default)]
struct Refused {
    status: StatusCode,
    words: String,
    person: String,
}

/// GET `/rooms/{room}/members`
pub async fn show(visit: Visit, room: web::Path<String>) -> HttpResponse {
    let result = match room_name(&room) {
        Ok(room) => page(&visit, &room, Refused::default()).await,
        Err(problem) => Err(problem),
    };
    visit.respond(result).await
}

/// POST `/rooms/{room}/members`
pub async fn add(visit: Visit, room: web::Path<String>, fields: Fields) -> HttpResponse {
    let result = carry_out_add(&visit, &room, fields.get("person").trim()).await;
    visit.respond(result).await
}

/// POST `/rooms/{room}/members/{user}/role`
pub async fn appoint(visit: Visit, path: web::Path<(String, String)>, fields: Fields) -> HttpResponse {
    let role = Role::parse(fields.get("role"));
    let command = |room, user| role.map(|role| Command::Appoint { room, user, role });
    let result = carry_out(&visit, &path, command).await;
    visit.respond(result).await
}

/// POST `/rooms/{room}/members/{user}/remove`
pub async fn remove(visit: Visit, path: web::Path<(String, String)>) -> HttpResponse {
    let result = carry_out(&visit, &path, |room, user| Some(Command::Remove { room, user })).await;
    visit.respond(result).await
}

async fn carry_out_add(visit: &Visit, room: &str, name: &str) -> Result<HttpResponse, Problem> {
    let room = room_name(room)?;
    let account = visit.account()?;
    let user = visit.state.store.user_by_name(&NameKey::of(name)).await.map_err(storage_problem)?;
    let refused = match user {
        None => visit.words.get("error.nobody_of_name"),
        Some(user) => match visit.ask(&account, Command::Add { room: room.clone(), user: user.id }).await {
            Ok(_) => return Ok(back(&room)),
            Err(problem) if problem.code == ErrorCode::Forbidden => telling::problem(&visit.words, &problem),
            Err(problem) => return Err(problem),
        },
    };
    let left = Refused { status: StatusCode::UNPROCESSABLE_ENTITY, words: refused, person: name.to_owned() };
    page(visit, &room, left).await
}

pub(super) async fn carry_out(
    visit: &Visit,
    (room, user): &(String, String),
    command: impl FnOnce(RoomName, UserId) -> Option<Command>,
) -> Result<HttpResponse, Problem> {
    let room = room_name(room)?;
    let account = visit.account()?;
    let user = UserId::parse(user).ok_or_else(|| visit.not_found("error.no_such_person"))?;
    let command = command(room.clone(), user)
        .ok_or_else(|| Problem::new(ErrorCode::BadRequest, "choose one of the values of the form"))?;
    match visit.ask(&account, command).await {
        Ok(_) => Ok(back(&room)),
        Err(problem) if matches!(problem.code, ErrorCode::Forbidden | ErrorCode::Conflict) => {
            let status = StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::FORBIDDEN);
            let words = telling::problem(&visit.words, &problem);
            page(visit, &room, Refused { status, words, ..Refused::default() }).await
        }
        Err(problem) => Err(problem),
    }
}

fn back(room: &RoomName) -> HttpResponse {
    redirect(&format!("{}/members", url::room(room.as_str())))
}

async fn page(visit: &Visit, room: &RoomName, refused: Refused) -> Result<HttpResponse, Problem> {
    let reader = visit.reader()?;
    let look = visit.look(&reader, room).await?;
    let entries = visit.rooms(&reader).await?;
    let card = RoomCard::new(&look, entries.iter().find(|entry| entry.room == look.room), &visit.words);
    let title = visit.words.with("members.title", &[("room", &card.title)]);
    let context = MembersPage {
        page: visit.page_view(&title),
        sidebar: SidebarView::new(&entries, visit.is_account(), Some(look.room.as_str())),
        members: people(visit, &reader, &look).await?,
        room: card,
        refused: refused.words,
        person_value: refused.person,
    };
    visit.html(refused.status, "pages/members.html", &context)
}

async fn people(visit: &Visit, reader: &Arc<Person>, look: &RoomLook) -> Result<Vec<MemberView>, Problem> {
    let mut entries = visit.members(reader, &look.room).await?.members;
    if entries.len() > PEOPLE {
        entries.sort_by_key(|entry| entry.status == Status::Offline);
        entries.truncate(PEOPLE);
    }
    Ok(entries.iter().map(|entry| visit.member_view(entry, look)).collect())
}

impl Visit {
    /// Somebody of a room, with what the viewer may do about it.
    pub(super) fn member_view(&self, entry: &MemberEntry, look: &RoomLook) -> MemberView {
        let account = self.account().ok();
        MemberView::new(entry, Looking { look, account: account.as_deref(), access: self.state.auth.access() })
    }
}
