//! `/admin/storage`: what takes the room, how long messages are kept, and backups.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::dashboard::bytes;
use super::desk::{Desk, FieldView, Left, Section, done};
use super::rooms::url_of;
use crate::admin::AdminError;
use crate::admin::jobs::{Job, Work};
use crate::admin::storage::{KnownCopy, Storage};
use crate::domain::room::RoomKind;
use crate::protocol::error_code::Problem;
use crate::storage::retention::Expired;
use crate::storage::settings::RETENTION_DAYS;
use crate::storage::sizes::RoomSize;
use crate::web::pages::fields::Fields;
use crate::web::views::url;

#[derive(Serialize)]
struct Body {
    facts: Vec<Fact>,
    rooms: Vec<RoomRow>,
    direct: Option<ContentView>,
    free: String,
    can_give_back: bool,
    job: Option<JobView>,
    days: FieldView,
    /// As the program was started.
    started_days: String,
    is_decided: bool,
    wish: Option<WishView>,
    backups: Vec<BackupRow>,
}

#[derive(Serialize)]
struct Fact {
    label: String,
    value: String,
}

#[derive(Serialize)]
struct RoomRow {
    name: String,
    url: String,
    is_private: bool,
    content: ContentView,
}

#[derive(Serialize)]
struct ContentView {
    messages: u64,
    bytes: String,
}

/// What would go, before it is decided.
#[derive(Serialize)]
pub struct WishView {
    /// As it was typed.
    pub days: String,
    /// Messages that would go.
    pub messages: u64,
    /// How much that is.
    pub bytes: String,
}

#[derive(Serialize)]
struct JobView {
    words: String,
    is_running: bool,
    error: String,
}

#[derive(Serialize)]
struct BackupRow {
    name: String,
    check_url: String,
    made: String,
    size: String,
    /// `good`, `bad`, or nothing when nobody has looked since the start.
    verdict: &'static str,
    checked: String,
    error: String,
}

/// GET `/admin/storage`
pub async fn show(desk: Desk) -> HttpResponse {
    let result = page(&desk, Left::default(), None).await;
    desk.respond(result).await
}

/// POST `/admin/storage/retention`. What makes messages go is asked about first.
pub async fn keep(desk: Desk, fields: Fields) -> HttpResponse {
    let result = carry_out_keeping(&desk, &fields).await;
    desk.respond(result).await
}

/// POST `/admin/storage/vacuum`
pub async fn give_back(desk: Desk) -> HttpResponse {
    let outcome = desk.admin().give_back(&desk.by).await;
    answer(&desk, outcome).await
}

/// POST `/admin/storage/backups`
pub async fn make_backup(desk: Desk) -> HttpResponse {
    let outcome = desk.admin().make_backup(&desk.by).await;
    answer(&desk, outcome).await
}

/// POST `/admin/storage/backups/{name}/check`
pub async fn check_backup(desk: Desk, name: web::Path<String>) -> HttpResponse {
    let outcome = desk.admin().check_backup(&desk.by, &name).await;
    answer(&desk, outcome).await
}

async fn answer(desk: &Desk, outcome: Result<(), AdminError>) -> HttpResponse {
    let result = match outcome {
        // The page tells what became of it.
        Ok(()) => Ok(crate::web::pages::visit::redirect("/admin/storage")),
        Err(error) => match Left::default().refuse(desk, &error) {
            Ok(left) => page(desk, left, None).await,
            Err(problem) => Err(problem),
        },
    };
    desk.respond(result).await
}

async fn carry_out_keeping(desk: &Desk, fields: &Fields) -> Result<HttpResponse, Problem> {
    let (admin, left) = (desk.admin(), Left::typed(fields, &["days"]));
    let typed = fields.get("days").trim();
    let found = match meant(desk, typed) {
        Ok(days) => admin.would_expire(&desk.by, None, days).await,
        Err(error) => Err(error),
    };
    let found = match found {
        Ok(found) => found,
        Err(error) => return page(desk, left.refuse(desk, &error)?, None).await,
    };
    if found.messages > 0 && fields.get("confirmed") != "yes" {
        return page(desk, left, Some(wish(typed, found))).await;
    }
    match admin.set(&desk.by, RETENTION_DAYS, typed).await {
        Ok(()) => Ok(done("/admin/storage")),
        Err(error) => page(desk, left.refuse(desk, &error)?, None).await,
    }
}

/// The days that would hold.
fn meant(desk: &Desk, typed: &str) -> Result<u32, AdminError> {
    if typed.is_empty() {
        return desk.admin().started_retention(&desk.by);
    }
    days_of(typed)
}

/// A number of days.
pub fn days_of(typed: &str) -> Result<u32, AdminError> {
    let message = || "write a whole number of days, or nothing".to_owned();
    typed.parse().map_err(|_| AdminError::Bad { field: "days", message: message() })
}

/// What would go, as the question says it.
pub fn wish(typed: &str, found: Expired) -> WishView {
    WishView { days: typed.to_owned(), messages: found.messages, bytes: size(found.bytes) }
}

async fn page(desk: &Desk, left: Left, wish: Option<WishView>) -> Result<HttpResponse, Problem> {
    let refused = |error: AdminError| desk.problem(&error);
    let found = desk.admin().storage(&desk.by).await.map_err(refused)?;
    let backups = desk.admin().backups(&desk.by).map_err(refused)?;
    let started = desk.admin().started_retention(&desk.by).map_err(refused)?;
    let in_force = if found.is_decided { found.retention_days.to_string() } else { String::new() };
    let body = Body {
        facts: facts(desk, &found),
        rooms: found.sizes.rooms.iter().map(room).collect(),
        direct: (found.sizes.direct.messages > 0)
            .then(|| ContentView { messages: found.sizes.direct.messages, bytes: size(found.sizes.direct.bytes) }),
        free: size(found.sizes.free),
        can_give_back: found.sizes.free > 0,
        job: found.job.as_ref().map(|job| job_view(desk, job)),
        days: left.field("days", &in_force),
        started_days: started.to_string(),
        is_decided: found.is_decided,
        wish,
        backups: backups.iter().map(|known| backup(desk, known)).collect(),
    };
    desk.page(Section::Storage, "admin/storage.html", &left, &body).await
}

fn facts(desk: &Desk, found: &Storage) -> Vec<Fact> {
    let fact = |label: &str, bytes: u64| Fact { label: desk.visit.words.get(label), value: size(bytes) };
    let sizes = &found.sizes;
    let mut facts = vec![
        fact("admin.size_file", sizes.file),
        fact("admin.size_log", sizes.log),
        fact("admin.size_messages", sizes.messages),
        fact("admin.size_search", sizes.search),
        fact("admin.size_other", sizes.other),
        fact("admin.size_free", sizes.free),
    ];
    // Where the system does not say, nothing is said.
    facts.extend((found.disk_free > 0).then(|| fact("admin.disk_free", found.disk_free)));
    facts
}

fn room(room: &RoomSize) -> RoomRow {
    RoomRow {
        name: room.name.to_string(),
        url: url_of(room.name.as_str()),
        is_private: room.kind == RoomKind::Private,
        content: ContentView { messages: room.content.messages, bytes: size(room.content.bytes) },
    }
}

fn job_view(desk: &Desk, job: &Job) -> JobView {
    let words = &desk.visit.words;
    let since = desk.moment(job.ended_at.unwrap_or(job.begun_at));
    let file = job.file.clone().unwrap_or_default();
    let key = match (job.work, job.ended_at.is_some(), job.error.is_some()) {
        (Work::Backup, false, _) => "admin.backup_runs",
        (Work::Backup, true, false) => "admin.backup_made",
        (Work::Backup, true, true) => "admin.backup_failed",
        (Work::Check, false, _) => "admin.check_runs",
        (Work::Check, true, false) => "admin.check_good",
        (Work::Check, true, true) => "admin.check_bad",
        (Work::Vacuum, false, _) => "admin.vacuum_runs",
        (Work::Vacuum, true, false) => "admin.vacuum_done",
        (Work::Vacuum, true, true) => "admin.vacuum_failed",
    };
    let amount = if job.work == Work::Vacuum { size(job.amount.unwrap_or(0)) } else { String::new() };
    JobView {
        words: words.with(key, &[("moment", &since), ("file", &file), ("size", &amount)]),
        is_running: job.ended_at.is_none(),
        error: job.error.clone().unwrap_or_default(),
    }
}

fn backup(desk: &Desk, known: &KnownCopy) -> BackupRow {
    let checked = known.checked.as_ref();
    BackupRow {
        name: known.copy.name.clone(),
        check_url: format!("/admin/storage/backups/{}/check", url::segment(&known.copy.name)),
        made: desk.moment(known.copy.made_at),
        size: size(known.copy.bytes),
        verdict: checked.map_or("", |checked| if checked.error.is_some() { "bad" } else { "good" }),
        checked: checked.map(|checked| desk.moment(checked.at)).unwrap_or_default(),
        error: checked.and_then(|checked| checked.error.clone()).unwrap_or_default(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2 to the 53, which is 8 PiB")]
fn size(size: u64) -> String {
    bytes(size as f64)
}
