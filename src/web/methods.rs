//! Routes by method.

use actix_web::{Route, guard, web};

/// A route for reading: GET, and HEAD, of which the server sends no body.
#[must_use]
pub fn read() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}
