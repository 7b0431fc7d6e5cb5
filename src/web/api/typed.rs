//! `/rooms/{room}/typed`: a line that begins with a slash, as people type it. It is read by the same words as at the
//! plain-text door; what comes of it is a text to send, a page to go to, or something to read.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Body, room_name};
use super::problem::ApiError;
use super::{ask, users};
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::Person;
use crate::domain::room::{RoomKind, Topic};
use crate::domain::text::MessageText;
use crate::protocol::command::Command;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::protocol::plain::{self, Line};
use crate::web::cookies;
use crate::web::state::WebState;
use crate::web::views::url;
use crate::web::visitor::Visitor;

/// What was typed.
#[derive(Deserialize, ToSchema)]
#[schema(as = TypedLine)]
#[serde(deny_unknown_fields)]
pub struct Typed {
    line: String,
}

/// What comes of it. Nothing of all this: it is done.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = TypedOutcome)]
struct Outcome {
    /// A text that is to be sent into the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    say: Option<String>,
    /// A page to go to.
    #[serde(skip_serializing_if = "Option::is_none")]
    go: Option<String>,
    /// Something to read.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// Reads a line and does what it asks for.
#[utoipa::path(
    post,
    path = "/rooms/{room}/typed",
    request_body = Typed,
    responses((status = 200, body = Outcome), (status = 409))
)]
pub async fn run(
    state: web::Data<WebState>,
    visitor: Visitor,
    request: HttpRequest,
    room: web::Path<String>,
    body: Body<Typed>,
) -> Result<HttpResponse, ApiError> {
    let (person, room) = (visitor.person()?, room_name(&room)?);
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CACHE_CONTROL, "no-store"));
    let outcome = match plain::parse(&body.line, Some(&room))? {
        Line::Command(Command::Nick { name }) => {
            ask::done(&state.chat, person.clone(), Command::Nick { name: name.clone() }).await?;
            // The name of a guest stands in the cookie.
            let renamed = Person { name, ..Person::clone(&person) };
            answer.cookie(cookies::guest(&state, &request, state.auth.guest_token(&renamed)));
            go(url::room(room.as_str()))
        }
        Line::Command(command) => done(&state, &visitor, command).await?,
        Line::Message { to, text } => write_to(&state, &visitor, &to, text).await?,
        Line::Help => read(help()),
        Line::Quit => go("/rooms".to_owned()),
        Line::Nothing => Outcome::default(),
    };
    Ok(answer.json(outcome))
}

async fn done(state: &WebState, visitor: &Visitor, command: Command) -> Result<Outcome, Problem> {
    let person = visitor.person()?;
    match command {
        Command::Send { text, .. } => Ok(Outcome { say: Some(text.into_string()), ..Outcome::default() }),
        Command::Join { room, create, key, .. } => {
            enter(state, visitor, &room, create, key).await?;
            Ok(go(url::room(room.as_str())))
        }
        Command::Leave { room } => {
            // Guests are nowhere members: they only go.
            if !person.is_guest() {
                ask::done(&state.chat, person, Command::GiveUp { room }).await?;
            }
            Ok(go("/rooms".to_owned()))
        }
        other => {
            let answer = state.chat.ask(person, other).await?;
            Ok(plain::answer_lines(&answer).map_or_else(Outcome::default, |lines| read(without_stars(&lines))))
        }
    }
}

/// Goes into a room, making it first if that was asked for and it is not there.
async fn enter(
    state: &WebState,
    visitor: &Visitor,
    room: &RoomName,
    create: bool,
    key: Option<String>,
) -> Result<(), Problem> {
    let person = visitor.person()?;
    if person.is_guest() && !create && key.is_none() {
        return ask::look(&state.chat, person, room.clone()).await.map(|_| ());
    }
    match ask::done(&state.chat, person.clone(), Command::Enter { room: room.clone(), key }).await {
        Err(problem) if create && problem.code == ErrorCode::NotFound => {
            let topic = Topic::parse("").unwrap_or_else(|_| unreachable!("a topic may be empty"));
            let make = Command::Create { room: room.clone(), kind: RoomKind::Public, topic };
            ask::done(&state.chat, person, make).await
        }
        outcome => outcome,
    }
}

async fn write_to(state: &WebState, visitor: &Visitor, to: &UserName, text: MessageText) -> Result<Outcome, ApiError> {
    let person = visitor.account()?;
    let other = users::find(state, to.as_str()).await?;
    let room = ask::room(&state.chat, person.clone(), Command::Direct { others: vec![other.id] }).await?;
    ask::send(&state.chat, person, Command::Send { room, text, nonce: None, reply_to: None }).await?;
    Ok(go(url::direct(other.name.as_str())))
}

fn go(page: String) -> Outcome {
    Outcome { go: Some(page), ..Outcome::default() }
}

fn read(text: String) -> Outcome {
    Outcome { text: Some(text), ..Outcome::default() }
}

/// The list of commands without those that only a connection of its own needs.
fn help() -> String {
    let lines = plain::HELP.lines().skip(1).filter(|line| !line.contains("/quit"));
    without_stars(&lines.collect::<Vec<_>>().join("\n"))
}

/// At the plain-text door a star tells the server's words from people's.
fn without_stars(lines: &str) -> String {
    lines.lines().map(|line| line.strip_prefix("* ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
}
