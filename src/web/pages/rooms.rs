//! `/rooms`: every room one may see, the people one may write to, and the form that makes a room.

use std::collections::HashSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::fields::Fields;
use super::refusals::storage_problem;
use super::visit::{Visit, redirect};
use crate::domain::name::RoomName;
use crate::domain::person::Author;
use crate::domain::room::{RoomKind, Topic};
use crate::protocol::answer::{Answer, RoomEntry};
use crate::protocol::command::Command;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::web::views::forms::PersonView;
use crate::web::views::rooms::{CreateForm, ListedPersonView, ListedRoomView, RoomsPage};
use crate::web::views::{SidebarView, url};
use crate::web::words::telling;

/// People shown on the page.
const PEOPLE: usize = 200;

/// GET `/rooms`
pub async fn show(visit: Visit) -> HttpResponse {
    let result = page(&visit, StatusCode::OK, CreateForm::default()).await;
    visit.respond(result).await
}

/// POST `/rooms`
pub async fn create(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out(&visit, &fields).await;
    visit.respond(result).await
}

async fn carry_out(visit: &Visit, fields: &Fields) -> Result<HttpResponse, Problem> {
    let person = visit.person()?;
    let mut form = CreateForm {
        name_value: fields.get("name").to_owned(),
        topic_value: fields.get("topic").to_owned(),
        kind_value: fields.get("kind").to_owned(),
        ..CreateForm::default()
    };
    let kind = match fields.get("kind") {
        "private" => RoomKind::Private,
        _ => RoomKind::Public,
    };
    let name = RoomName::parse(fields.get("name"))
        .map_err(|error| form.name_error = telling::name_error(&visit.words, &error));
    let topic =
        Topic::parse(fields.get("topic")).map_err(|error| form.topic_error = telling::topic_error(&visit.words, error));
    let (Ok(room), Ok(topic)) = (name, topic) else { return page(visit, StatusCode::UNPROCESSABLE_ENTITY, form).await };
    match visit.ask(&person, Command::Create { room, kind, topic }).await {
        Ok(Answer::Room { room, .. }) => Ok(redirect(&url::room(room.as_str()))),
        Ok(_) => Ok(redirect("/rooms")),
        Err(problem) if matches!(problem.code, ErrorCode::Conflict | ErrorCode::BadRequest) => {
            form.name_error = match problem.code {
                ErrorCode::Conflict => visit.words.get("name.room_taken"),
                _ => telling::problem(&visit.words, &problem),
            };
            page(visit, StatusCode::UNPROCESSABLE_ENTITY, form).await
        }
        Err(problem) => Err(problem),
    }
}

async fn page(visit: &Visit, status: StatusCode, create: CreateForm) -> Result<HttpResponse, Problem> {
    let reader = visit.reader()?;
    let entries = visit.rooms(&reader).await?;
    let page = visit.page_view(&visit.words.get("rooms.title"));
    let filter = Fields::of_query(&visit.request).get("q").trim().to_owned();
    let wanted = filter.to_lowercase();
    let is_wanted = |text: &str| text.to_lowercase().contains(&wanted);
    let mut listed: Vec<_> = entries
        .iter()
        .filter(|entry| entry.kind != RoomKind::Direct)
        .filter(|entry| is_wanted(&entry.title) || is_wanted(entry.topic.as_str()))
        .collect();
    listed.sort_by_key(|entry| entry.archived);
    let context = RoomsPage {
        sidebar: SidebarView::new(&entries, visit.is_account(), None),
        rooms: listed.into_iter().map(|entry| ListedRoomView::new(entry, visit.is_account())).collect(),
        filter,
        create: CreateForm { allowed: page.viewer.can_create_rooms, ..create },
        people: everybody(visit, &entries).await?,
        page,
    };
    visit.html(status, "pages/rooms.html", &context)
}

/// Everybody else with an account, for accounts. Who is connected is known of those with a direct room.
pub(super) async fn everybody(visit: &Visit, entries: &[RoomEntry]) -> Result<Vec<ListedPersonView>, Problem> {
    let Ok(account) = visit.account() else { return Ok(Vec::new()) };
    let online: HashSet<_> = entries
        .iter()
        .filter(|entry| entry.other_online)
        .filter_map(|entry| entry.other.as_ref().map(|other| other.id))
        .collect();
    let users = visit.state.store.users(None, PEOPLE).await.map_err(storage_problem)?;
    let others = users.into_iter().filter(|user| user.id != account.id);
    let views = others.map(|user| ListedPersonView {
        direct_url: url::direct(user.name.as_str()),
        card_url: url::person(user.name.as_str(), None),
        online: online.contains(&user.id),
        chosen: false,
        person: PersonView::from(&Author { id: user.id, name: user.name }),
    });
    Ok(views.collect())
}
