//! The forms of a room: write, join, leave.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::asking::room_name;
use super::fields::Fields;
use super::room::{self, Typed, Window};
use super::visit::{Visit, redirect};
use crate::domain::access::GuestAccess;
use crate::domain::ids::Seq;
use crate::domain::limits::NONCE_BYTES;
use crate::domain::name::RoomName;
use crate::domain::permission::Refusal;
use crate::domain::text::MessageText;
use crate::protocol::command::Command;
use crate::protocol::error_code::{ErrorCode, Problem, Saying};
use crate::web::preview;
use crate::web::views::url;
use crate::web::words::telling;

/// POST `/rooms/{room}/messages`
pub async fn send(visit: Visit, room: web::Path<String>, fields: Fields) -> HttpResponse {
    let result = carry_out_send(&visit, &room, &fields).await;
    visit.respond(result).await
}

/// POST `/rooms/{room}/join`
pub async fn join(visit: Visit, room: web::Path<String>, fields: Fields) -> HttpResponse {
    let result = carry_out_join(&visit, &room, fields.get("key")).await;
    visit.respond(result).await
}

/// POST `/rooms/{room}/leave`
pub async fn leave(visit: Visit, room: web::Path<String>) -> HttpResponse {
    let result = carry_out_leave(&visit, &room).await;
    visit.respond(result).await
}

async fn carry_out_send(visit: &Visit, room: &str, fields: &Fields) -> Result<HttpResponse, Problem> {
    let room = room_name(room)?;
    let Ok(person) = visit.person() else { return Ok(ask_who(visit, &room)) };
    let typed = |status, error: String| Typed {
        status,
        text: fields.get("text").to_owned(),
        text_error: error,
        ..Typed::default()
    };
    let text = match MessageText::parse(fields.get("text")) {
        Ok(text) => text,
        Err(error) => {
            let typed = typed(StatusCode::UNPROCESSABLE_ENTITY, telling::text_error(&visit.words, error));
            return room::page(visit, &room, Window::Newest, typed).await;
        }
    };
    if fields.get("action") == "preview" {
        return match preview::render(&visit.state, person, &text, Some(room.clone())).await {
            Ok(shown) => {
                let typed = Typed { preview: Some(shown), ..typed(StatusCode::OK, String::new()) };
                room::page(visit, &room, Window::Newest, typed).await
            }
            Err(problem) => refused(visit, &room, problem, typed).await,
        };
    }
    let reply_to = fields.get("reply_to").parse::<Seq>().ok();
    let nonce = Some(fields.get("nonce")).filter(|nonce| (1..=NONCE_BYTES).contains(&nonce.len()));
    let send = Command::Send { room: room.clone(), text, nonce: nonce.map(str::to_owned), reply_to };
    match visit.ask(&person, send).await {
        Ok(_) => match reply_to.filter(|_| fields.get("back") == "thread") {
            Some(first) => Ok(redirect(&format!("{}/thread", url::permalink(room.as_str(), first)))),
            None => Ok(redirect(&visit.room_url(&person, &room).await?)),
        },
        Err(problem) => refused(visit, &room, problem, typed).await,
    }
}

/// The page with what was typed and the reason, unless there is no such room for this person.
async fn refused(
    visit: &Visit,
    room: &RoomName,
    problem: Problem,
    typed: impl Fn(StatusCode, String) -> Typed,
) -> Result<HttpResponse, Problem> {
    if matches!(problem.code, ErrorCode::NotFound | ErrorCode::Unauthorized) {
        return Err(problem);
    }
    let status = StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    let words = telling::problem(&visit.words, &problem);
    let typed = Typed { flash: words.clone(), retry_after: problem.retry_after, ..typed(status, words) };
    room::page(visit, room, Window::Newest, typed).await
}

/// Where somebody without a name gets one.
fn ask_who(visit: &Visit, room: &RoomName) -> HttpResponse {
    let page = url::room(room.as_str());
    if visit.state.auth.access().guests == GuestAccess::Off {
        redirect(&url::login(&page))
    } else {
        redirect(&format!("/guest?next={}", url::segment(&page)))
    }
}

/// A wrong key is asked for again on the page of the room. Where none was given, the page says that there is one.
async fn carry_out_join(visit: &Visit, room: &str, key: &str) -> Result<HttpResponse, Problem> {
    let room = room_name(room)?;
    let person = visit.person()?;
    let key = Some(key.trim()).filter(|key| !key.is_empty());
    let enter = Command::Enter { room: room.clone(), key: key.map(str::to_owned) };
    match visit.ask(&person, enter).await {
        Err(problem) if problem.saying == Saying::Refusal(Refusal::KeyNeeded) => {
            let key_error = key.map(|_| visit.words.get("room.wrong_key")).unwrap_or_default();
            let typed = Typed { status: StatusCode::FORBIDDEN, key_error, ..Typed::default() };
            room::page(visit, &room, Window::Newest, typed).await
        }
        answer => answer.map(|_| redirect(&url::room(room.as_str()))),
    }
}

async fn carry_out_leave(visit: &Visit, room: &str) -> Result<HttpResponse, Problem> {
    let room = room_name(room)?;
    visit.ask(&visit.person()?, Command::GiveUp { room }).await?;
    Ok(redirect("/rooms"))
}
