//! `/rooms`: the rooms one may see.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Body, room_name};
use super::listing::{List, ListQuery, json};
use super::openapi::texts;
use super::problem::ApiError;
use super::room_rules::{NewRules, Rules};
use super::{ask, location};
use crate::domain::ids::Seq;
use crate::domain::membership::{Level, Role};
use crate::domain::name::RoomName;
use crate::domain::room::{Description, RoomKind, Topic};
use crate::protocol::answer::{RoomEntry, RoomLook};
use crate::protocol::command::Command;
use crate::protocol::crowd::CrowdAct;
use crate::protocol::error_code::{Problem, bad_name};
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// What a new room is made of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRoom {
    #[schema(value_type = texts::NewRoomName)]
    name: String,
    kind: Option<RoomKind>,
    #[schema(value_type = Option<texts::NewTopic>)]
    topic: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Room<'a> {
    name: &'a RoomName,
    kind: RoomKind,
    topic: &'a Topic,
    description: &'a Description,
    archived: bool,
    rules: Rules<'a>,
    last_seq: Seq,
    read_seq: Seq,
    unread: u64,
    level: Level,
    role: Option<Role>,
    members: usize,
    online: usize,
    may: May,
}

/// What the caller may do there; a hint for buttons, every request is judged anew.
#[derive(Serialize, ToSchema)]
#[schema(as = WhatMayBeDone)]
#[expect(clippy::struct_excessive_bools, reason = "one answer per action")]
struct May {
    post: bool,
    join: bool,
    leave: bool,
    add: bool,
    pin: bool,
    describe: bool,
    archive: bool,
    appoint: bool,
    rule: bool,
    moderate: bool,
}

impl<'a> From<&'a RoomLook> for Room<'a> {
    fn from(look: &'a RoomLook) -> Self {
        Self {
            name: &look.room,
            kind: look.kind,
            topic: &look.topic,
            description: &look.description,
            archived: look.archived,
            rules: look.into(),
            last_seq: look.last_seq,
            read_seq: look.read_seq,
            unread: look.unread,
            level: look.level,
            role: look.role,
            members: look.members,
            online: look.online,
            may: May {
                post: look.may_post.is_ok(),
                join: look.role.is_some() || look.may_become_member(),
                leave: look.may_leave.is_ok(),
                add: look.may_add.is_ok(),
                pin: look.may_pin.is_ok(),
                describe: look.may_describe.is_ok(),
                archive: look.may_archive.is_ok(),
                appoint: look.may_appoint.is_ok(),
                rule: look.may_rule.is_ok(),
                moderate: look.may_moderate,
            },
        }
    }
}

/// The rooms the caller may see, by name.
#[utoipa::path(get, path = "/rooms", params(ListQuery), responses((status = 200, body = List<RoomEntry>)))]
pub async fn list(
    state: web::Data<WebState>,
    visitor: Visitor,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    let (person, part) = (visitor.person()?, query.part()?);
    let rooms = ask::rooms(&state.chat, person).await?;
    let list = List::cut(rooms, &part, |entry| entry.room.key().as_str().to_owned());
    Ok(json(HttpResponse::Ok(), list))
}

/// Makes a room, which the caller then owns.
#[utoipa::path(post, path = "/rooms", request_body = NewRoom, responses((status = 201, body = Room), (status = 409)))]
pub async fn create(
    state: web::Data<WebState>,
    visitor: Visitor,
    body: Body<NewRoom>,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.person()?;
    let name = RoomName::parse(&body.name).map_err(|error| bad_name("name", &error))?;
    let topic = Topic::parse(body.topic.as_deref().unwrap_or_default()).map_err(Problem::from)?;
    let command = Command::Create { room: name, kind: body.kind.unwrap_or(RoomKind::Public), topic };
    let made = ask::room(&state.chat, person.clone(), command).await.map_err(blame_the_name)?;
    let look = ask::look(&state.chat, person, made).await?;
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, location::of_room(&look.room)));
    Ok(json(answer, Room::from(&look)))
}

/// What is to be changed; what is not given stays.
#[derive(Deserialize, ToSchema)]
#[schema(as = RoomChanges)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    #[schema(value_type = Option<texts::NewTopic>)]
    topic: Option<String>,
    #[schema(value_type = Option<texts::NewDescription>)]
    description: Option<String>,
    archived: Option<bool>,
    rules: Option<NewRules>,
}

/// Changes what is known of a room.
#[utoipa::path(patch, path = "/rooms/{room}", request_body = Changes, responses((status = 200, body = Room)))]
pub async fn change(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
    body: Body<Changes>,
) -> Result<HttpResponse, ApiError> {
    let (person, room) = (visitor.person()?, room_name(&room)?);
    let Changes { topic, description, archived, rules } = body.into_inner().0;
    let topic = topic.map(|topic| Topic::parse(&topic)).transpose().map_err(Problem::from)?;
    let description = description.map(|text| Description::parse(&text)).transpose().map_err(Problem::from)?;
    let rules = rules.map(NewRules::changes).transpose()?;
    // All of it is judged before any of it is written.
    let look = ask::look(&state.chat, person.clone(), room.clone()).await?;
    if topic.is_some() || description.is_some() {
        look.may_describe.map_err(Problem::from)?;
    }
    if archived.is_some() {
        look.may_archive.map_err(Problem::from)?;
    }
    if rules.is_some() {
        look.may_rule.map_err(Problem::from)?;
    }
    if let Some(topic) = topic.filter(|topic| *topic != look.topic) {
        ask::send(&state.chat, person.clone(), Command::Topic { room: room.clone(), topic }).await?;
    }
    if description.is_some() || archived.is_some() {
        let command = Command::Change { room: room.clone(), description, archived };
        ask::send(&state.chat, person.clone(), command).await?;
    }
    if let Some(changes) = rules {
        let command = Command::Crowd { room: room.clone(), act: CrowdAct::Rule(changes) };
        ask::done(&state.chat, person.clone(), command).await?;
    }
    let look = ask::look(&state.chat, person, room).await?;
    Ok(json(HttpResponse::Ok(), Room::from(&look)))
}

/// What the caller wants to be told of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLevel {
    level: Level,
}

/// Says what the caller wants to be told of.
#[utoipa::path(put, path = "/rooms/{room}/level", request_body = NewLevel, responses((status = 204)))]
pub async fn level(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
    body: Body<NewLevel>,
) -> Result<HttpResponse, ApiError> {
    let (person, room) = (visitor.person()?, room_name(&room)?);
    ask::done(&state.chat, person, Command::Level { room, level: body.level }).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a room is and what the caller may do there.
#[utoipa::path(get, path = "/rooms/{room}", responses((status = 200, body = Room)))]
pub async fn show(
    state: web::Data<WebState>,
    visitor: Visitor,
    room: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let look = ask::look(&state.chat, visitor.person()?, room_name(&room)?).await?;
    Ok(json(HttpResponse::Ok(), Room::from(&look)))
}

/// Commands call it `room`; the body of this request calls it `name`.
fn blame_the_name(problem: Problem) -> Problem {
    Problem { field: problem.field.map(|field| if field == "room" { "name" } else { field }), ..problem }
}
