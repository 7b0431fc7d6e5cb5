//! `/settings/appearance` and `/settings/notifications`: how somebody likes their pages, and when they may be notified.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::fields::Fields;
use super::refusals::storage_problem;
use super::settings::{self, Left};
use super::visit::{Visit, with_cookies};
use crate::domain::membership::Level;
use crate::domain::preferences::{Density, Language, Preferences, QuietHours, Theme, ZoneName};
use crate::protocol::error_code::Problem;
use crate::web::cookies;
use crate::web::views::preferences::NotificationsForm;
use crate::web::words::telling::preference_error;

/// POST `/settings/appearance`
pub async fn save_appearance(visit: Visit, fields: Fields) -> HttpResponse {
    let result = appearance(&visit, &fields).await;
    visit.respond(result).await
}

/// POST `/settings/notifications`
pub async fn save_notifications(visit: Visit, fields: Fields) -> HttpResponse {
    let result = notifications(&visit, &fields).await;
    visit.respond(result).await
}

/// The choices are those of the form; anything else leaves what was there. The language goes into a cookie too, for the
/// pages before the login.
async fn appearance(visit: &Visit, fields: &Fields) -> Result<HttpResponse, Problem> {
    let person = visit.person()?;
    let before = visit.preferences.clone();
    let liked = Preferences {
        theme: Theme::parse(fields.get("theme")).unwrap_or(before.theme),
        density: Density::parse(fields.get("density")).unwrap_or(before.density),
        language: Language::parse(fields.get("language")).unwrap_or(before.language),
        ..before
    };
    let language = cookies::language(&visit.state, &visit.request, liked.language);
    if person.is_guest() {
        let look = cookies::look(&visit.state, &visit.request, liked.theme, liked.density);
        return Ok(with_cookies(settings::saved("appearance"), [look, language]));
    }
    visit.state.store.set_preferences(person.id, &liked).await.map_err(storage_problem)?;
    Ok(with_cookies(settings::saved("appearance"), [language]))
}

async fn notifications(visit: &Visit, fields: &Fields) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    let before = visit.preferences.clone();
    let (from, to) = (fields.get("quiet_from"), fields.get("quiet_to"));
    let (quiet, zone) = (QuietHours::parse(from, to), ZoneName::parse(fields.get("time_zone")));
    let (notify, sound) = (Level::parse(fields.get("notify")).unwrap_or(before.notify), fields.get("sound") == "on");
    match (quiet, zone) {
        (Ok(quiet), Ok(time_zone)) => {
            let liked = Preferences { sound, notify, quiet, time_zone, ..before };
            visit.state.store.set_preferences(account.id, &liked).await.map_err(storage_problem)?;
            Ok(settings::saved("notifications"))
        }
        (quiet, zone) => {
            let words = |error| preference_error(&visit.words, error);
            let form = NotificationsForm {
                notify: notify.as_str(),
                sound,
                quiet_from: from.to_owned(),
                quiet_to: to.to_owned(),
                quiet_error: quiet.err().map(words).unwrap_or_default(),
                time_zone: fields.get("time_zone").to_owned(),
                time_zone_error: zone.err().map(words).unwrap_or_default(),
            };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            settings::page(visit, Left { status, notifications: Some(form), ..Left::default() }).await
        }
    }
}
