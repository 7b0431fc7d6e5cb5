//! `/admin/rooms/{room}/delete`: asks before a room is deleted, by its name.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::desk::{Desk, FieldView, Left, Section, done};
use super::rooms::url_of;
use crate::domain::office::Power;
use crate::protocol::error_code::Problem;
use crate::storage::rooms::StoredRoom;
use crate::web::pages::fields::Fields;

#[derive(Serialize)]
struct Body {
    room: String,
    base_url: String,
    messages: u64,
    name: FieldView,
}

/// GET `/admin/rooms/{room}/delete`
pub async fn ask(desk: Desk, room: web::Path<String>) -> HttpResponse {
    let result = match find(&desk, &room).await {
        Ok(found) => page(&desk, &found, Left::default()).await,
        Err(problem) => Err(problem),
    };
    desk.respond(result).await
}

/// POST `/admin/rooms/{room}/delete`
pub async fn delete(desk: Desk, room: web::Path<String>, fields: Fields) -> HttpResponse {
    let result = carry_out(&desk, &room, &fields).await;
    desk.respond(result).await
}

async fn find(desk: &Desk, name: &str) -> Result<StoredRoom, Problem> {
    desk.admin().allow(&desk.by, Power::Rooms).map_err(|error| desk.problem(&error))?;
    desk.admin().room(&desk.by, name).await.map_err(|error| desk.problem(&error))
}

async fn carry_out(desk: &Desk, name: &str, fields: &Fields) -> Result<HttpResponse, Problem> {
    let room = find(desk, name).await?;
    let left = Left::typed(fields, &["name"]);
    if fields.get("name").trim() != room.info.name.as_str() {
        let words = desk.visit.words.with("admin.type_name", &[("name", &room.info.name)]);
        return page(desk, &room, left.refuse_field("name", words)).await;
    }
    match desk.admin().delete_room(&desk.by, name).await {
        Ok(()) => Ok(done("/admin/rooms")),
        Err(error) => page(desk, &room, left.refuse(desk, &error)?).await,
    }
}

async fn page(desk: &Desk, room: &StoredRoom, left: Left) -> Result<HttpResponse, Problem> {
    let body = Body {
        room: room.info.name.to_string(),
        base_url: url_of(room.info.name.as_str()),
        messages: room.info.messages,
        name: left.field("name", ""),
    };
    desk.page(Section::Rooms, "admin/delete_room.html", &left, &body).await
}
