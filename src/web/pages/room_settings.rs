//! `/rooms/{room}/settings`: what a room is about, what one wants to be told of, and its end. A form for each; that of the
//! rules is read in `room_rules`.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::asking::room_name;
use super::fields::Fields;
use super::refusals::storage_problem;
use super::visit::{Visit, redirect};
use crate::domain::ids::RoomId;
use crate::domain::mask::KeptOut;
use crate::domain::membership::Level;
use crate::domain::name::RoomName;
use crate::domain::person::Person;
use crate::domain::room::{Description, Topic};
use crate::protocol::answer::Answer;
use crate::protocol::command::Command;
use crate::protocol::crowd::CrowdAct;
use crate::protocol::error_code::Problem;
use crate::web::views::members::RoomCard;
use crate::web::views::room_settings::{BannedView, MaskView, RoomSettingsPage, RulesForm, SlowChoice};
use crate::web::views::{SidebarView, url};
use crate::web::words::{Words, telling};

/// The sections that say "Saved".
const SECTIONS: [&str; 5] = ["about", "notifications", "rules", "order", "archive"];

/// The pauses that can be chosen for slow mode, in seconds.
const SLOW: [u32; 7] = [0, 5, 10, 30, 60, 300, 3600];

/// What a form leaves on the page.
#[derive(Default)]
pub(super) struct Left {
    status: StatusCode,
    /// Topic and description, as typed.
    typed: Option<(String, String)>,
    topic_error: String,
    description_error: String,
    /// The rules, as chosen and typed.
    rules: Option<RulesForm>,
    saved: &'static str,
}

impl Left {
    /// Rules that no room can have.
    pub(super) fn bad_rules(form: RulesForm) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, rules: Some(form), ..Self::default() }
    }
}

/// GET `/rooms/{room}/settings`
pub async fn show(visit: Visit, room: web::Path<String>) -> HttpResponse {
    let query = Fields::of_query(&visit.request);
    let saved = SECTIONS.into_iter().find(|section| *section == query.get("saved")).unwrap_or_default();
    let result = match room_name(&room) {
        Ok(room) => page(&visit, &room, Left { saved, ..Left::default() }).await,
        Err(problem) => Err(problem),
    };
    visit.respond(result).await
}

/// POST `/rooms/{room}/settings`
pub async fn save(visit: Visit, room: web::Path<String>, fields: Fields) -> HttpResponse {
    let result = describe(&visit, &room, &fields).await;
    visit.respond(result).await
}

/// POST `/rooms/{room}/level`
pub async fn level(visit: Visit, room: web::Path<String>, fields: Fields) -> HttpResponse {
    let result = set_level(&visit, &room, fields.get("level")).await;
    visit.respond(result).await
}

/// POST `/rooms/{room}/archive`
pub async fn archive(visit: Visit, room: web::Path<String>, fields: Fields) -> HttpResponse {
    let result = set_archived(&visit, &room, fields.get("archived") != "no").await;
    visit.respond(result).await
}

async fn describe(visit: &Visit, room: &str, fields: &Fields) -> Result<HttpResponse, Problem> {
    let room = room_name(room)?;
    let account = visit.account()?;
    let mut left = Left::default();
    let topic = Topic::parse(fields.get("topic"));
    let topic = topic.map_err(|error| left.topic_error = telling::topic_error(&visit.words, error));
    let description = Description::parse(fields.get("description"));
    let description = description.map_err(|_| left.description_error = visit.words.get("room_settings.too_long"));
    let (Ok(topic), Ok(description)) = (topic, description) else {
        left.status = StatusCode::UNPROCESSABLE_ENTITY;
        left.typed = Some((fields.get("topic").to_owned(), fields.get("description").to_owned()));
        return page(visit, &room, left).await;
    };
    let look = visit.look(&account, &room).await?;
    // What stays as it is is no news for anybody.
    if look.topic != topic {
        visit.ask(&account, Command::Topic { room: room.clone(), topic }).await?;
    }
    if look.description != description {
        let change = Command::Change { room: room.clone(), description: Some(description), archived: None };
        visit.ask(&account, change).await?;
    }
    Ok(saved(&room, "about"))
}

async fn set_level(visit: &Visit, room: &str, level: &str) -> Result<HttpResponse, Problem> {
    let room = room_name(room)?;
    let level = Level::parse(level).ok_or_else(|| Problem::field("level", "there is no such level"))?;
    visit.ask(&visit.account()?, Command::Level { room: room.clone(), level }).await?;
    Ok(saved(&room, "notifications"))
}

async fn set_archived(visit: &Visit, room: &str, archived: bool) -> Result<HttpResponse, Problem> {
    let room = room_name(room)?;
    let change = Command::Change { room: room.clone(), description: None, archived: Some(archived) };
    visit.ask(&visit.account()?, change).await?;
    Ok(saved(&room, "archive"))
}

/// Back to the section that was saved.
pub(super) fn saved(room: &RoomName, section: &str) -> HttpResponse {
    redirect(&format!("{}/settings?saved={section}#{section}", url::room(room.as_str())))
}

pub(super) async fn page(visit: &Visit, room: &RoomName, left: Left) -> Result<HttpResponse, Problem> {
    let reader = visit.reader()?;
    let look = visit.look(&reader, room).await?;
    let entries = visit.rooms(&reader).await?;
    let mut card = RoomCard::new(&look, entries.iter().find(|entry| entry.room == look.room), &visit.words);
    if let Some((topic, description)) = left.typed {
        (card.topic, card.description) = (topic, description);
    }
    let banned = if card.can_slow { banned_from(visit, look.id).await? } else { Vec::new() };
    let masks = if card.can_rule { masks_of(visit, &reader, room).await? } else { Vec::new() };
    let title = visit.words.with("room_settings.title", &[("room", &card.title)]);
    let context = RoomSettingsPage {
        page: visit.page_view(&title),
        sidebar: SidebarView::new(&entries, visit.is_account(), Some(look.room.as_str())),
        room: card,
        topic_error: left.topic_error,
        description_error: left.description_error,
        slow_choices: SLOW.map(|seconds| slow_choice(&visit.words, seconds, look.slow_mode)).into(),
        rules: left.rules.unwrap_or_else(|| RulesForm::new(&look)),
        masks,
        banned,
        saved: left.saved.to_owned(),
    };
    visit.html(left.status, "pages/room_settings.html", &context)
}

fn slow_choice(words: &Words, seconds: u32, present: u32) -> SlowChoice {
    let label = match seconds {
        0 => words.get("room_settings.slow_off"),
        1..60 => words.count("room_settings.slow_seconds", u64::from(seconds), &[]),
        _ => words.count("room_settings.slow_minutes", u64::from(seconds / 60), &[]),
    };
    SlowChoice { seconds, label, is_present: seconds == present }
}

/// Who is kept out by mask, for those who may let them in again.
async fn masks_of(visit: &Visit, reader: &Arc<Person>, room: &RoomName) -> Result<Vec<MaskView>, Problem> {
    let inside = Command::Crowd { room: room.clone(), act: CrowdAct::Inside };
    let Answer::Inside(inside) = visit.ask(reader, inside).await? else { return Ok(Vec::new()) };
    let view = |kept: &KeptOut| MaskView { mask: kept.mask.to_string(), by: kept.by.to_string() };
    Ok(inside.rules.masks.iter().map(view).collect())
}

/// Who is shut out of the room, for those who may let them in again.
async fn banned_from(visit: &Visit, room: RoomId) -> Result<Vec<BannedView>, Problem> {
    let banned = visit.state.store.banned_from(room).await.map_err(storage_problem)?;
    Ok(banned.into_iter().map(|who| BannedView { id: who.id.to_string(), name: who.name.to_string() }).collect())
}
