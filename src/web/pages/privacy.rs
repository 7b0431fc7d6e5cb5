//! `/settings/privacy`: what somebody keeps to themselves.

use actix_web::HttpResponse;

use super::fields::Fields;
use super::settings;
use super::visit::Visit;
use crate::protocol::command::Command;
use crate::protocol::error_code::Problem;

/// POST `/settings/privacy`
pub async fn save(visit: Visit, fields: Fields) -> HttpResponse {
    let result = carry_out(&visit, &fields).await;
    visit.respond(result).await
}

async fn carry_out(visit: &Visit, fields: &Fields) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    // A box that is not ticked is not sent.
    let is_on = |name: &str| Some(fields.get(name) == "on");
    let command = Command::Privacy { hide_presence: is_on("hide_presence"), hide_reads: is_on("hide_reads") };
    visit.ask(&account, command).await?;
    Ok(settings::saved("privacy"))
}
