//! `/invites`: links by which others get an account, perhaps straight into a room.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::asking::room_name;
use super::fields::Fields;
use super::refusals::problem_of;
use super::settings::{self, Left};
use super::visit::Visit;
use crate::auth::invites::{DAYS, MOST_DAYS};
use crate::domain::permission;
use crate::protocol::error_code::Problem;

/// Most accounts one invite may make, beside "any number".
const MAX_USES: u32 = 1000;

/// POST `/invites`
pub async fn make(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out(&visit, &fields).await;
    visit.respond(result).await
}

/// POST `/invites/{code}/revoke`
pub async fn revoke(visit: Visit, code: web::Path<String>) -> HttpResponse {
    let result = carry_out_revoke(&visit, &code).await;
    visit.respond(result).await
}

async fn carry_out(visit: &Visit, fields: &Fields) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    permission::may_invite(account.standing)?;
    let room = match fields.get("room").trim() {
        "" => None,
        name => {
            let look = visit.look(&account, &room_name(name)?).await?;
            look.may_add?;
            Some(look.id)
        }
    };
    let Some(max_uses) = max_uses(fields.get("max_uses")) else {
        let flash = visit.words.with("invite.bad_number", &[("max", &MAX_USES)]);
        return settings::page(visit, Left { status: StatusCode::UNPROCESSABLE_ENTITY, flash, ..Left::default() })
            .await;
    };
    let days = match fields.get("days").trim() {
        "" => Some(DAYS),
        number => number.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days)),
    };
    let Some(days) = days else {
        let flash = visit.words.with("invite.bad_days", &[("max", &MOST_DAYS)]);
        return settings::page(visit, Left { status: StatusCode::UNPROCESSABLE_ENTITY, flash, ..Left::default() })
            .await;
    };
    visit
        .state
        .auth
        .make_invite(&account, room, max_uses, days)
        .await
        .map_err(|error| problem_of(&visit.words, &error))?;
    Ok(settings::saved("invites"))
}

/// How many accounts the invite may make: nothing said, or 0, is any number. The outer `None` is a bad number.
#[expect(clippy::option_option, reason = "a bad number is not the same as any number")]
fn max_uses(text: &str) -> Option<Option<u32>> {
    match text.trim() {
        "" | "0" => Some(None),
        number => number.parse().ok().filter(|number| (1..=MAX_USES).contains(number)).map(Some),
    }
}

async fn carry_out_revoke(visit: &Visit, code: &str) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    let is_revoked =
        visit.state.auth.revoke_invite(&account, code).await.map_err(|error| problem_of(&visit.words, &error))?;
    if is_revoked { Ok(settings::saved("invites")) } else { Err(visit.not_found("error.no_such_invite")) }
}
