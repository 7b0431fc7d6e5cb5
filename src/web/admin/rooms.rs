//! `/admin/rooms`: all rooms but the direct ones, by name.

use actix_web::HttpResponse;
use serde::Serialize;

use super::desk::{Desk, Left, Section};
use crate::protocol::error_code::Problem;
use crate::storage::order::WatchedRoom;
use crate::web::pages::fields::Fields;
use crate::web::views::url;

#[derive(Serialize)]
struct Body {
    q: String,
    rooms: Vec<RoomRow>,
    more: String,
}

#[derive(Serialize)]
struct RoomRow {
    name: String,
    url: String,
    kind: String,
    archived: bool,
    owners: String,
    members: u64,
    messages: u64,
}

/// The page of a room.
pub fn url_of(name: &str) -> String {
    format!("/admin/rooms/{}", url::segment(name))
}

/// GET `/admin/rooms`
pub async fn show(desk: Desk) -> HttpResponse {
    let result = page(&desk).await;
    desk.respond(result).await
}

async fn page(desk: &Desk) -> Result<HttpResponse, Problem> {
    let query = Fields::of_query(&desk.visit.request);
    let found = desk.admin().rooms(&desk.by, query.get("q"), query.get("after")).await;
    let (rooms, more) = found.map_err(|error| desk.problem(&error))?;
    let q = query.get("q").to_owned();
    let more = rooms
        .last()
        .filter(|_| more)
        .map(|last| format!("/admin/rooms?q={}&after={}", url::segment(&q), url::segment(last.info.name.as_str())));
    let separator = desk.visit.words.get("common.separator");
    let row = |room: &WatchedRoom| RoomRow {
        name: room.info.name.to_string(),
        url: url_of(room.info.name.as_str()),
        kind: room.info.kind.to_string(),
        archived: room.info.archived,
        owners: room.owners.join(&separator),
        members: room.members,
        messages: room.info.messages,
    };
    let body = Body { rooms: rooms.iter().map(row).collect(), q, more: more.unwrap_or_default() };
    desk.page(Section::Rooms, "admin/rooms.html", &Left::default(), &body).await
}
