//! `/admin`: what those who run the server do, for programs. The same acts as on the pages, decided in the same place.

pub(super) mod lists;
pub(super) mod people;
pub(super) mod rooms;
mod shown;
pub(super) mod storage;
pub(super) mod tokens;

use actix_web::web::{ServiceConfig, delete, patch, post, put, resource};

use super::problem::ApiError;
use crate::admin::{AdminError, By};
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::web::methods::read;
use crate::web::visitor::Visitor;

/// Every endpoint, below `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/admin/users").route(read().to(people::list)))
        .service(
            resource("/admin/users/{user}")
                .route(read().to(people::show))
                .route(patch().to(people::change))
                .route(delete().to(people::remove)),
        )
        .service(resource("/admin/users/{user}/reset").route(post().to(people::reset)))
        .service(resource("/admin/users/{user}/logins").route(delete().to(people::end_logins)))
        .service(resource("/admin/rooms").route(read().to(rooms::list)))
        .service(
            resource("/admin/rooms/{room}")
                .route(read().to(rooms::show))
                .route(patch().to(rooms::change))
                .route(delete().to(rooms::remove)),
        )
        .service(resource("/admin/rooms/{room}/export").route(read().to(rooms::export)))
        .service(resource("/admin/sessions").route(read().to(lists::sessions)))
        .service(resource("/admin/sessions/{id}").route(delete().to(lists::cut)))
        .service(resource("/admin/invites").route(read().to(lists::invites)))
        .service(resource("/admin/invites/{code}").route(delete().to(lists::take_back)))
        .service(resource("/admin/bans").route(read().to(lists::bans)).route(post().to(lists::ban)))
        .service(resource("/admin/bans/{id}").route(delete().to(lists::lift)))
        .service(resource("/admin/reports").route(read().to(lists::reports)))
        .service(resource("/admin/reports/{id}/close").route(post().to(lists::close)))
        .service(resource("/admin/settings").route(read().to(lists::settings)))
        .service(resource("/admin/settings/{key}").route(put().to(lists::set)))
        .service(resource("/admin/tokens").route(read().to(tokens::list)))
        .service(resource("/admin/tokens/{id}").route(delete().to(tokens::revoke)))
        .service(resource("/admin/storage").route(read().to(storage::show)))
        .service(resource("/admin/storage/expiry").route(read().to(storage::expiry)))
        .service(resource("/admin/storage/vacuum").route(post().to(storage::give_back)))
        .service(resource("/admin/backups").route(read().to(storage::backups)).route(post().to(storage::make_backup)))
        .service(resource("/admin/backups/{name}/check").route(post().to(storage::check_backup)))
        .service(resource("/admin/audit").route(read().to(lists::audit)))
        .service(resource("/admin/audit/verify").route(read().to(lists::verify)))
        .service(resource("/admin/figures").route(read().to(lists::figures)));
}

/// Who acts.
pub(super) fn by(visitor: &Visitor) -> Result<By, ApiError> {
    Ok(By::person(&*visitor.person()?, visitor.address.to_string())?)
}

impl From<AdminError> for ApiError {
    fn from(error: AdminError) -> Self {
        let message = error.to_string();
        match error {
            AdminError::Refused(refusal) => Problem::from(refusal).into(),
            AdminError::NotFound { .. } => Problem::new(ErrorCode::NotFound, message).into(),
            AdminError::Bad { field, message } => Problem::field(field, message).into(),
            AdminError::LastOwner | AdminError::Oneself | AdminError::Busy => {
                Problem::new(ErrorCode::Conflict, message).into()
            }
            AdminError::NeedsServer => Problem::unavailable().into(),
            AdminError::Chat(problem) => (*problem).into(),
            AdminError::Auth(cause) => cause.into(),
            AdminError::Storage(cause) => cause.into(),
        }
    }
}
