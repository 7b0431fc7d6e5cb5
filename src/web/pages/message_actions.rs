//! The forms of a message: edit, delete, react, pin, mark unread. Whoever has no script finds them on its permalink.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::asking::room_name;
use super::fields::Fields;
use super::room::{self, Typed, Window};
use super::visit::{Visit, redirect};
use crate::domain::emoji::Emoji;
use crate::domain::event::EventBody;
use crate::domain::ids::Seq;
use crate::domain::name::RoomName;
use crate::domain::person::Person;
use crate::domain::text::MessageText;
use crate::protocol::command::{Command, Page};
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::web::views::url;
use crate::web::words::telling;

/// Room and number in a path.
type Place = web::Path<(String, Seq)>;

/// POST `/rooms/{room}/{seq}/edit`
pub async fn edit(visit: Visit, path: Place, fields: Fields) -> HttpResponse {
    let result = carry_out_edit(&visit, &path, &fields).await;
    visit.respond(result).await
}

/// POST `/rooms/{room}/{seq}/delete`
pub async fn delete(visit: Visit, path: Place) -> HttpResponse {
    let result = act(&visit, &path, |room, seq| Command::Delete { room, seq }).await;
    visit.respond(result).await
}

/// POST `/rooms/{room}/{seq}/react`: puts the emoji there, or takes one's own away again.
pub async fn react(visit: Visit, path: Place, fields: Fields) -> HttpResponse {
    let result = carry_out_react(&visit, &path, &fields).await;
    visit.respond(result).await
}

/// POST `/rooms/{room}/{seq}/pin`
pub async fn pin(visit: Visit, path: Place, fields: Fields) -> HttpResponse {
    let on = fields.get("on") != "false";
    let result = act(&visit, &path, |room, seq| Command::Pin { room, seq, on }).await;
    visit.respond(result).await
}

/// POST `/rooms/{room}/{seq}/unread`: goes on to the list of rooms, because the room's own page would be read at once.
pub async fn unread(visit: Visit, path: Place) -> HttpResponse {
    let result = async {
        let (person, room) = (visit.person()?, room_name(&path.0)?);
        visit.ask(&person, Command::Unread { room, seq: path.1 }).await?;
        Ok(redirect("/rooms"))
    };
    let result = result.await;
    visit.respond(result).await
}

async fn act(
    visit: &Visit,
    path: &(String, Seq),
    command: impl FnOnce(RoomName, Seq) -> Command,
) -> Result<HttpResponse, Problem> {
    let (person, room) = (visit.person()?, room_name(&path.0)?);
    let back = url::permalink(room.as_str(), path.1);
    match visit.ask(&person, command(room.clone(), path.1)).await {
        Ok(_) => Ok(redirect(&back)),
        Err(problem) => refused(visit, &room, path.1, problem).await,
    }
}

async fn carry_out_edit(visit: &Visit, path: &(String, Seq), fields: &Fields) -> Result<HttpResponse, Problem> {
    let room = room_name(&path.0)?;
    match MessageText::parse(fields.get("text")) {
        Ok(text) => act(visit, path, |room, seq| Command::Edit { room, seq, text }).await,
        Err(error) => {
            visit.person()?;
            let told = telling::text_error(&visit.words, error);
            let typed = Typed { status: StatusCode::UNPROCESSABLE_ENTITY, flash: told, ..Typed::default() };
            room::page(visit, &room, Window::Around(path.1), typed).await
        }
    }
}

async fn carry_out_react(visit: &Visit, path: &(String, Seq), fields: &Fields) -> Result<HttpResponse, Problem> {
    let (person, room) = (visit.person()?, room_name(&path.0)?);
    let Ok(emoji) = Emoji::parse(fields.get("emoji")) else {
        let flash = visit.words.get("message.not_an_emoji");
        let typed = Typed { status: StatusCode::UNPROCESSABLE_ENTITY, flash, ..Typed::default() };
        return room::page(visit, &room, Window::Around(path.1), typed).await;
    };
    let on = !has_put(visit, &person, &room, path.1, emoji).await?;
    act(visit, path, |room, seq| Command::React { room, seq, emoji, on }).await
}

/// Whether this person has put this emoji on the message.
async fn has_put(
    visit: &Visit,
    person: &Arc<Person>,
    room: &RoomName,
    seq: Seq,
    emoji: Emoji,
) -> Result<bool, Problem> {
    let page = Page { before: None, after: Some(seq.saturating_sub(1)), limit: 1 };
    let found = visit.history(person, room, page).await?;
    let Some(event) = found.events.first().filter(|event| event.seq == seq) else { return Ok(false) };
    let EventBody::Message(message) = &event.body else { return Ok(false) };
    let reactions = message.state.as_ref().map_or(&[][..], |state| &state.reactions);
    Ok(reactions.iter().any(|reaction| reaction.mine && reaction.emoji == emoji.as_str()))
}

/// A refusal is told on the page of the message, unless there is none to show.
async fn refused(visit: &Visit, room: &RoomName, seq: Seq, problem: Problem) -> Result<HttpResponse, Problem> {
    if matches!(problem.code, ErrorCode::NotFound | ErrorCode::Unauthorized) {
        return Err(problem);
    }
    let status = StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    let typed = Typed {
        status,
        flash: telling::problem(&visit.words, &problem),
        retry_after: problem.retry_after,
        ..Typed::default()
    };
    room::page(visit, room, Window::Around(seq), typed).await
}
