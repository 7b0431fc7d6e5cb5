//! `/`: leads to where somebody most likely wants to be.

use actix_web::HttpResponse;

use super::visit::{Visit, redirect};
use crate::domain::permission::LOBBY;
use crate::protocol::answer::RoomEntry;
use crate::protocol::error_code::Problem;
use crate::web::views::url;

/// GET `/`
pub async fn show(visit: Visit) -> HttpResponse {
    let result = best(&visit).await;
    visit.respond(result).await
}

async fn best(visit: &Visit) -> Result<HttpResponse, Problem> {
    let Ok(reader) = visit.reader() else { return Ok(redirect("/login")) };
    let rooms = visit.rooms(&reader).await?;
    Ok(redirect(&best_room(&rooms, visit.is_account()).map_or_else(|| "/rooms".to_owned(), url::of_entry)))
}

/// The lobby, if one is in it or a guest; else the first room one is in, direct ones last.
fn best_room(rooms: &[RoomEntry], is_account: bool) -> Option<&RoomEntry> {
    let mine = || rooms.iter().filter(|entry| entry.member || !is_account);
    let lobby = mine().find(|entry| entry.room.as_str() == LOBBY);
    lobby.or_else(|| mine().find(|entry| entry.other.is_none())).or_else(|| mine().next())
}
