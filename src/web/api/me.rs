//! `/me`: who the caller is.

use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::listing::json;
use super::problem::ApiError;
use crate::domain::ids::{DeviceId, UserId};
use crate::domain::name::UserName;
use crate::domain::person::{SiteRole, Standing};
use crate::web::visitor::Visitor;

#[derive(Serialize, ToSchema)]
struct Me<'a> {
    id: UserId,
    name: &'a UserName,
    kind: &'static str,
    role: Option<SiteRole>,
    device: Option<DeviceId>,
}

/// The caller.
#[utoipa::path(get, path = "/me", responses((status = 200, body = Me)))]
pub async fn show(visitor: Visitor) -> Result<HttpResponse, ApiError> {
    let person = visitor.person()?;
    let (kind, role) = match person.standing {
        Standing::Guest => ("guest", None),
        Standing::Account(role) => ("account", Some(role)),
    };
    let me = Me { id: person.id, name: &person.name, kind, role, device: person.device };
    Ok(json(HttpResponse::Ok(), me))
}
