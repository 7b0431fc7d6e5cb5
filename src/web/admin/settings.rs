//! `/admin/settings`: what can be changed while the server runs.

use actix_web::HttpResponse;
use serde::Serialize;

use super::desk::{Desk, FieldView, Left, Section, done};
use crate::admin::AdminError;
use crate::admin::settings::{LIVE, LiveSetting, Values};
use crate::domain::office::Power;
use crate::protocol::error_code::Problem;
use crate::storage::settings::{
    ACCENT, GUESTS, LOGIN_TRIES_PER_MINUTE, MESSAGE_BURST, MESSAGE_OF_THE_DAY, MESSAGE_RATE, QUARANTINE_HOURS,
    REGISTRATION, REQUEST_BURST, REQUESTS_PER_SECOND, RETENTION_DAYS, SERVER_NAME, SIGN_INS_PER_MINUTE,
};
use crate::web::pages::fields::Fields;
use crate::web::words::Words;

#[derive(Serialize)]
struct Body {
    settings: Vec<SettingView>,
}

#[derive(Serialize)]
struct SettingView {
    key: &'static str,
    label: String,
    hint: String,
    field: FieldView,
    /// Empty where something is typed.
    options: Vec<OptionView>,
    numeric: bool,
    required: bool,
    /// With it the limits begin.
    heads: bool,
}

#[derive(Serialize)]
struct OptionView {
    value: &'static str,
    label: String,
}

/// GET `/admin/settings`
pub async fn show(desk: Desk) -> HttpResponse {
    let result = page(&desk, Left::default()).await;
    desk.respond(result).await
}

/// POST `/admin/settings`
pub async fn save(desk: Desk, fields: Fields) -> HttpResponse {
    let result = carry_out(&desk, &fields).await;
    desk.respond(result).await
}

/// All or nothing: when one field is refused, none is saved.
async fn carry_out(desk: &Desk, fields: &Fields) -> Result<HttpResponse, Problem> {
    desk.admin().allow(&desk.by, Power::Settings).map_err(|error| desk.problem(&error))?;
    let mut left = Left::typed(fields, &LIVE.map(|setting| setting.key));
    let mut is_good = true;
    for setting in shown() {
        if let Err(error) = setting.check(typed(setting, fields)) {
            left = left.refuse(desk, &error)?;
            is_good = false;
        }
    }
    if !is_good {
        return page(desk, left).await;
    }
    for setting in shown() {
        let set: Result<(), AdminError> = desk.admin().set(&desk.by, setting.key, typed(setting, fields)).await;
        set.map_err(|error| desk.problem(&error))?;
    }
    Ok(done("/admin/settings"))
}

/// Those that have no page of their own.
fn shown() -> impl Iterator<Item = LiveSetting> {
    LIVE.into_iter().filter(|setting| setting.key != RETENTION_DAYS)
}

/// An empty number is none at all.
fn typed(setting: LiveSetting, fields: &Fields) -> &str {
    match (setting.values, fields.get(setting.key).trim()) {
        (Values::UpTo(_), "") => "0",
        (_, text) => text,
    }
}

async fn page(desk: &Desk, left: Left) -> Result<HttpResponse, Problem> {
    let words = &desk.visit.words;
    let stored = desk.admin().settings(&desk.by).await.map_err(|error| desk.problem(&error))?;
    let mut limits = Vec::new();
    for setting in LIVE {
        let started = desk.admin().started_limit(&desk.by, setting.key).map_err(|error| desk.problem(&error))?;
        limits.extend(started.map(|started| (setting.key, started)));
    }
    let views = stored.into_iter().filter(|(setting, _)| setting.key != RETENTION_DAYS).map(|(setting, value)| {
        // Before anybody has chosen a name it has the one of the program.
        let value =
            if setting.key == SERVER_NAME && value.is_empty() { desk.visit.state.auth.server_name() } else { value };
        SettingView {
            key: setting.key,
            label: words.get(label(setting.key)),
            hint: match limits.iter().find(|(key, _)| *key == setting.key) {
                Some((_, started)) => words.with("admin.hint_limit", &[("value", started)]),
                None => words.get(hint(setting.key)),
            },
            field: left.field(setting.key, &value),
            options: options(words, setting),
            numeric: matches!(setting.values, Values::UpTo(_) | Values::Between(..)),
            heads: setting.key == MESSAGE_RATE,
            required: setting.key == SERVER_NAME,
        }
    });
    desk.page(Section::Settings, "admin/settings.html", &left, &Body { settings: views.collect() }).await
}

fn label(key: &str) -> &'static str {
    match key {
        SERVER_NAME => "admin.set_name",
        MESSAGE_OF_THE_DAY => "admin.set_notice",
        ACCENT => "admin.set_accent",
        GUESTS => "admin.set_guests",
        REGISTRATION => "admin.set_registration",
        QUARANTINE_HOURS => "admin.set_quarantine",
        MESSAGE_RATE => "admin.set_message_rate",
        MESSAGE_BURST => "admin.set_message_burst",
        REQUESTS_PER_SECOND => "admin.set_requests",
        REQUEST_BURST => "admin.set_request_burst",
        SIGN_INS_PER_MINUTE => "admin.set_sign_ins",
        LOGIN_TRIES_PER_MINUTE => "admin.set_login_tries",
        _ => unreachable!("there is no setting {key}"),
    }
}

fn hint(key: &str) -> &'static str {
    match key {
        SERVER_NAME => "admin.hint_name",
        MESSAGE_OF_THE_DAY => "admin.hint_notice",
        ACCENT => "admin.hint_accent",
        GUESTS => "admin.hint_guests",
        REGISTRATION => "admin.hint_registration",
        QUARANTINE_HOURS => "admin.hint_quarantine",
        _ => unreachable!("there is no setting {key}"),
    }
}

fn options(words: &Words, setting: LiveSetting) -> Vec<OptionView> {
    let Values::OneOf(values) = setting.values else { return Vec::new() };
    let label = |value: &str| match value {
        "off" => "admin.guests_off",
        "lobby" => "admin.guests_lobby",
        "open" if setting.key == GUESTS => "admin.guests_open",
        "open" => "admin.registration_open",
        "invite" => "admin.registration_invite",
        "closed" => "admin.registration_closed",
        _ => "admin.as_started",
    };
    let values = std::iter::once("").chain(values.iter().copied());
    values.map(|value| OptionView { value, label: words.get(label(value)) }).collect()
}
