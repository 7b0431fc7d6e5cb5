//! `/settings/status`: what somebody says of themselves, and until when.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use jiff::tz::TimeZone;

use super::fields::Fields;
use super::refusals::storage_problem;
use super::settings::{self, Left};
use super::visit::Visit;
use crate::domain::clock::Timestamp;
use crate::domain::emoji::Emoji;
use crate::domain::status_line::{StatusLine, StatusText};
use crate::protocol::command::Command;
use crate::protocol::error_code::Problem;
use crate::web::views::preferences::StatusForm;
use crate::web::words::telling::{emoji_error, status_error};

/// POST `/settings/status`
pub async fn save(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out(&visit, &fields).await;
    visit.respond(result).await
}

async fn carry_out(visit: &Visit, fields: &Fields) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    let is_cleared = fields.get("clear") == "on";
    let said = |name: &str| if is_cleared { "" } else { fields.get(name).trim() };
    let emoji = Some(said("emoji")).filter(|emoji| !emoji.is_empty()).map(Emoji::parse).transpose();
    match (emoji, StatusText::parse(said("text"))) {
        (Ok(emoji), Ok(text)) => {
            let line = StatusLine { emoji, text, until: None };
            let until = if line.is_empty() { None } else { until(visit, fields.get("until")).await? };
            visit.ask(&account, Command::Status { line: StatusLine { until, ..line } }).await?;
            Ok(settings::saved("status"))
        }
        (emoji, text) => {
            let form = StatusForm {
                emoji_value: fields.get("emoji").to_owned(),
                emoji_error: emoji.err().map(|error| emoji_error(&visit.words, error)).unwrap_or_default(),
                text_value: fields.get("text").to_owned(),
                text_error: text.err().map(|error| status_error(&visit.words, error)).unwrap_or_default(),
                until: String::new(),
                is_set: false,
            };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            settings::page(visit, Left { status, status_line: Some(form), ..Left::default() }).await
        }
    }
}

/// When it ends: after so many minutes, with the day, when it would have ended anyway, or never.
async fn until(visit: &Visit, choice: &str) -> Result<Option<Timestamp>, Problem> {
    let now = visit.state.clock.now();
    Ok(match choice {
        "keep" => {
            let account = visit.account()?;
            visit.state.store.profile(account.id, now).await.map_err(storage_problem)?.line.until
        }
        "today" => end_of_day(now, &visit.preferences.time_zone.zone(visit.state.renderer.zone())),
        minutes => minutes.parse().ok().filter(|n| (1..=10_080).contains(n)).map(|n| now.plus(Duration::from_mins(n))),
    })
}

fn end_of_day(now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let local = jiff::Timestamp::from_millisecond(now.0).ok()?.to_zoned(zone.clone());
    let midnight = local.tomorrow().ok()?.start_of_day().ok()?;
    Some(Timestamp(midnight.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_where_the_person_is() {
        let noon = Timestamp::parse("2026-11-21T12:00:00Z").expect("good");
        assert_eq!(end_of_day(noon, &TimeZone::UTC), Timestamp::parse("2026-11-22T00:00:00Z"));
        let auckland = TimeZone::get("Pacific/Auckland").expect("known");
        assert_eq!(end_of_day(noon, &auckland), Timestamp::parse("2026-11-22T11:00:00Z"), "it is the 22nd there");
    }
}
