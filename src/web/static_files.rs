//! Stub: style sheets, scripts and pictures.

use actix_web::web::ServiceConfig;

/// The routes of the files.
pub fn configure(_: &mut ServiceConfig) {}
