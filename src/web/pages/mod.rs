//! Stub: the pages.

use actix_web::web::ServiceConfig;

pub mod errors;

/// The routes of the pages.
pub fn configure(_: &mut ServiceConfig) {}
