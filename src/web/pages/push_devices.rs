//! `/settings/push/...`: the devices that are notified. A browser subscribes by script, through the API; all else is forms.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::refusals::storage_problem;
use super::settings;
use super::visit::Visit;
use crate::protocol::error_code::Problem;

/// POST `/settings/push/test`
pub async fn test(visit: Visit) -> HttpResponse {
    let result = send_test(&visit).await;
    visit.respond(result).await
}

/// POST `/settings/push/{id}/remove`
pub async fn remove(visit: Visit, id: web::Path<String>) -> HttpResponse {
    let result = end(&visit, &id).await;
    visit.respond(result).await
}

async fn send_test(visit: &Visit) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    let title = visit.state.auth.server_name();
    let body = visit.words.get("settings.push_test_body");
    visit.state.push.test(account.id, &title, &body).await.map_err(storage_problem)?;
    Ok(settings::saved("push"))
}

async fn end(visit: &Visit, id: &str) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    let unknown = || visit.not_found("error.no_such_login");
    let id = Uuid::try_parse(id).map_err(|_| unknown())?;
    if !visit.state.push.unsubscribe(account.id, id).await.map_err(storage_problem)? {
        return Err(unknown());
    }
    Ok(settings::saved("push"))
}
