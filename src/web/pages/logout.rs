//! `/logout`: ends this login, here and for every live connection made with it.

use actix_web::HttpResponse;

use super::refusals::problem_of;
use super::visit::{Visit, redirect, with_cookies};
use crate::protocol::error_code::Problem;
use crate::web::cookies;

/// POST `/logout`
pub async fn log_out(visit: Visit) -> HttpResponse {
    let result = carry_out(&visit).await;
    visit.respond(result).await
}

async fn carry_out(visit: &Visit) -> Result<HttpResponse, Problem> {
    if let (Some(person), Some(device)) = (&visit.visitor.person, visit.visitor.device()) {
        // Were the cookies cleared although this failed, the login would live on unseen.
        visit.state.auth.revoke(person, device).await.map_err(|error| problem_of(&visit.words, &error))?;
        visit.state.chat.end_device(device);
    }
    Ok(with_cookies(redirect("/"), cookies::cleared(&visit.state, &visit.request)))
}
