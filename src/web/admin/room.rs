//! `/admin/rooms/{room}`: one room, its people, and what can be decided about it.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::desk::{Desk, FieldView, Left, Section, done, nowhere};
use super::people;
use super::rooms::url_of;
use super::storage::{WishView, days_of, wish};
use crate::admin::AdminError;
use crate::domain::membership::Role;
use crate::domain::permission::LOBBY;
use crate::protocol::error_code::Problem;
use crate::storage::retention::Expired;
use crate::storage::rooms::NamedMember;
use crate::web::export;
use crate::web::pages::fields::Fields;
use crate::web::views::{hue, initials, url};

#[derive(Serialize)]
struct Body {
    room: RoomDetail,
    members: Vec<MemberRow>,
    more: String,
    whom: FieldView,
    days: FieldView,
    wish: Option<WishView>,
}

#[derive(Serialize)]
struct RoomDetail {
    name: String,
    base_url: String,
    page_url: String,
    kind: String,
    topic: String,
    archived: bool,
    can_archive: bool,
    made: String,
    messages: u64,
}

#[derive(Serialize)]
struct MemberRow {
    name: String,
    url: String,
    initials: String,
    hue: u64,
    role: String,
}

/// GET `/admin/rooms/{room}`
pub async fn show(desk: Desk, room: web::Path<String>) -> HttpResponse {
    let result = page(&desk, &room, Left::default(), None).await;
    desk.respond(result).await
}

/// GET `/admin/rooms/{room}/export`: the room and the people in it, as lines of JSON.
pub async fn export(desk: Desk, room: web::Path<String>) -> HttpResponse {
    match desk.admin().export_room(&desk.by, &room).await {
        Ok(reading) => export::answer(reading),
        Err(error) => desk.respond(Err(desk.problem(&error))).await,
    }
}

/// POST `/admin/rooms/{room}/{act}`
pub async fn act(desk: Desk, path: web::Path<(String, String)>, fields: Fields) -> HttpResponse {
    let (room, act) = path.into_inner();
    if act == "retention" {
        let result = keep(&desk, &room, &fields).await;
        return desk.respond(result).await;
    }
    let result = match carry_out(&desk, &room, &act, &fields).await {
        Some(Ok(())) => Ok(done(&url_of(&room))),
        Some(Err(error)) => {
            let left = match act.as_str() {
                "owner" => Left::typed(&fields, &["whom"]),
                _ => Left::default(),
            };
            match left.refuse(&desk, &error) {
                Ok(left) => page(&desk, &room, left, None).await,
                Err(problem) => Err(problem),
            }
        }
        None => Err(nowhere()),
    };
    desk.respond(result).await
}

/// `None` when there is no such act.
async fn carry_out(desk: &Desk, room: &str, act: &str, fields: &Fields) -> Option<Result<(), AdminError>> {
    let (admin, by) = (desk.admin(), &desk.by);
    Some(match act {
        "archive" => admin.archive(by, room, fields.get("archived") == "yes").await,
        "owner" => admin.give_room(by, room, fields.get("whom")).await,
        _ => return None,
    })
}

/// Keeps messages for so long from now on; what makes some of them go is asked about first.
async fn keep(desk: &Desk, room: &str, fields: &Fields) -> Result<HttpResponse, Problem> {
    let (admin, by, left) = (desk.admin(), &desk.by, Left::typed(fields, &["days"]));
    let typed = fields.get("days").trim();
    let days = if typed.is_empty() { Ok(None) } else { days_of(typed).map(Some) };
    let found = match days {
        Ok(days) => would_go(desk, room, days).await.map(|found| (days, found)),
        Err(error) => Err(error),
    };
    let (days, found) = match found {
        Ok(found) => found,
        Err(error) => return page(desk, room, left.refuse(desk, &error)?, None).await,
    };
    if found.messages > 0 && fields.get("confirmed") != "yes" {
        return page(desk, room, left, Some(wish(typed, found))).await;
    }
    match admin.keep_messages(by, room, days).await {
        Ok(()) => Ok(done(&url_of(room))),
        Err(error) => page(desk, room, left.refuse(desk, &error)?, None).await,
    }
}

async fn would_go(desk: &Desk, room: &str, days: Option<u32>) -> Result<Expired, AdminError> {
    let (admin, by) = (desk.admin(), &desk.by);
    let days = match days {
        Some(days) => days,
        None => admin.retention_in_force(by)?,
    };
    admin.would_expire(by, Some(room), days).await
}

async fn page(desk: &Desk, name: &str, left: Left, wish: Option<WishView>) -> Result<HttpResponse, Problem> {
    let refused = |error: AdminError| desk.problem(&error);
    let query = Fields::of_query(&desk.visit.request);
    let room = desk.admin().room(&desk.by, name).await.map_err(refused)?;
    let found = desk.admin().room_members(&desk.by, &room, query.get("after")).await;
    let (members, more) = found.map_err(refused)?;
    let kept = desk.admin().retention(&desk.by, &room).await.map_err(refused)?;
    let base_url = url_of(room.info.name.as_str());
    let next = |last: &NamedMember| format!("{base_url}?after={}", url::segment(last.person.name.as_str()));
    let body = Body {
        more: members.last().filter(|_| more).map(next).unwrap_or_default(),
        members: members.iter().map(|member| row(desk, member)).collect(),
        whom: left.field("whom", ""),
        wish,
        days: left.field("days", &kept.map(|days| days.to_string()).unwrap_or_default()),
        room: RoomDetail {
            name: room.info.name.to_string(),
            page_url: url::room(room.info.name.as_str()),
            base_url,
            kind: room.info.kind.to_string(),
            topic: room.info.topic.to_string(),
            archived: room.info.archived,
            can_archive: room.info.name.as_str() != LOBBY,
            made: desk.moment(room.info.made_at),
            messages: room.info.messages,
        },
    };
    desk.page(Section::Rooms, "admin/room.html", &left, &body).await
}

fn row(desk: &Desk, member: &NamedMember) -> MemberRow {
    let name = member.person.name.as_str();
    let role = match member.membership.role {
        Role::Member => "admin.role_member",
        Role::Moderator => "admin.role_moderator",
        Role::Owner => "admin.role_owner",
    };
    MemberRow {
        url: people::url_of(name),
        initials: initials(name),
        hue: hue(member.person.id),
        role: desk.visit.words.get(role),
        name: name.to_owned(),
    }
}
