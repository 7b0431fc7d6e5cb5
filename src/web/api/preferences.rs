//! `/me/preferences`: how the caller likes their pages, when they may be notified, what they keep to themselves.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ask;
use super::extract::Body;
use super::listing::json;
use super::openapi::texts;
use super::problem::ApiError;
use crate::domain::ids::UserId;
use crate::domain::membership::Level;
use crate::domain::preferences::{Density, Language, PreferenceError, Preferences, QuietHours, Theme, ZoneName};
use crate::domain::profile::Privacy;
use crate::protocol::command::Command;
use crate::protocol::error_code::Problem;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// What is to be different; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[schema(as = PreferenceChanges)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    theme: Option<Theme>,
    density: Option<Density>,
    language: Option<String>,
    sound: Option<bool>,
    notify: Option<Level>,
    #[schema(value_type = Option<texts::DayTime>)]
    quiet_from: Option<String>,
    #[schema(value_type = Option<texts::DayTime>)]
    quiet_to: Option<String>,
    time_zone: Option<String>,
    hide_presence: Option<bool>,
    hide_reads: Option<bool>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Preferences)]
struct Shown {
    theme: Theme,
    density: Density,
    /// Empty for the browser's own.
    language: Language,
    sound: bool,
    notify: Level,
    /// Empty for none, like its end.
    quiet_from: String,
    quiet_to: String,
    /// Empty for the server's own.
    time_zone: ZoneName,
    hide_presence: bool,
    hide_reads: bool,
}

/// How the caller likes it.
#[utoipa::path(get, path = "/me/preferences", responses((status = 200, body = Shown)))]
pub async fn show(state: web::Data<WebState>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    shown(&state, visitor.account()?.id).await
}

/// Changes some of it; answers with all of it.
#[utoipa::path(patch, path = "/me/preferences", request_body = Changes, responses((status = 200, body = Shown)))]
pub async fn change(
    state: web::Data<WebState>,
    visitor: Visitor,
    body: Body<Changes>,
) -> Result<HttpResponse, ApiError> {
    let (person, changes) = (visitor.account()?, body.into_inner().0);
    let before = state.store.preferences(person.id).await?;
    let (hide_presence, hide_reads) = (changes.hide_presence, changes.hide_reads);
    let liked = changes.over(before)?;
    if hide_presence.is_some() || hide_reads.is_some() {
        ask::done(&state.chat, person.clone(), Command::Privacy { hide_presence, hide_reads }).await?;
    }
    state.store.set_preferences(person.id, &liked).await?;
    shown(&state, person.id).await
}

impl Changes {
    fn over(self, before: Preferences) -> Result<Preferences, Problem> {
        let bad =
            |field: &'static str| move |error: PreferenceError| Problem::field(field, format!("`{field}`: {error}"));
        let quiet = match (&self.quiet_from, &self.quiet_to) {
            (None, None) => before.quiet,
            (from, to) => {
                let end = |given: &Option<String>| given.clone().unwrap_or_default();
                QuietHours::parse(&end(from), &end(to)).map_err(bad("quiet_from"))?
            }
        };
        Ok(Preferences {
            theme: self.theme.unwrap_or(before.theme),
            density: self.density.unwrap_or(before.density),
            language: match self.language {
                Some(language) => Language::parse(&language).map_err(bad("language"))?,
                None => before.language,
            },
            sound: self.sound.unwrap_or(before.sound),
            notify: self.notify.unwrap_or(before.notify),
            quiet,
            time_zone: match self.time_zone {
                Some(zone) => ZoneName::parse(&zone).map_err(bad("time_zone"))?,
                None => before.time_zone,
            },
        })
    }
}

async fn shown(state: &WebState, user: UserId) -> Result<HttpResponse, ApiError> {
    let liked = state.store.preferences(user).await?;
    let Privacy { hide_presence, hide_reads } = state.store.profile(user, state.clock.now()).await?.privacy;
    let shown = Shown {
        theme: liked.theme,
        density: liked.density,
        language: liked.language,
        sound: liked.sound,
        notify: liked.notify,
        quiet_from: liked.quiet.map(|quiet| quiet.from.to_string()).unwrap_or_default(),
        quiet_to: liked.quiet.map(|quiet| quiet.to.to_string()).unwrap_or_default(),
        time_zone: liked.time_zone,
        hide_presence,
        hide_reads,
    };
    Ok(json(HttpResponse::Ok(), shown))
}
