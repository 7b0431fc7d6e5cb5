//! `/settings/devices/...`: ends one of one's own logins.

use actix_web::{HttpResponse, web};

use super::refusals::problem_of;
use super::settings;
use super::visit::Visit;
use crate::domain::ids::DeviceId;
use crate::protocol::error_code::Problem;

/// POST `/settings/devices/{device}/revoke`
pub async fn revoke(visit: Visit, device: web::Path<String>) -> HttpResponse {
    let result = end(&visit, &device, "devices").await;
    visit.respond(result).await
}

/// Ends a login by cookie or token, with every live connection made with it.
pub async fn end(visit: &Visit, device: &str, section: &str) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    let unknown = || visit.not_found("error.no_such_login");
    let device = DeviceId::parse(device).ok_or_else(unknown)?;
    let is_ended = visit.state.auth.revoke(&account, device).await.map_err(|error| problem_of(&visit.words, &error))?;
    if !is_ended {
        return Err(unknown());
    }
    visit.state.chat.end_device(device);
    Ok(settings::saved(section))
}
