//! The WebSocket door (RFC 6455).
//!
//! `handshake` decides who comes in, `actor` is the session as an actix actor, `session` what it does, `outbox` its
//! way out. The rules of frames (`header_scanner`, `frame_guard`, `assembler`) know no socket and no actor: another
//! transport can stand under them.

mod actor;
pub mod assembler;
mod echo;
pub mod frame_guard;
mod glue;
mod handshake;
pub mod header_scanner;
mod outbox;
mod plain_door;
mod query;
mod session;
pub mod state;

use actix_web::web;

pub use state::{WebsocketState, keep_socket};

/// The routes of this door.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/ws").route(web::get().to(handshake::open_session)))
        .service(web::resource("/ws/echo").route(web::get().to(handshake::open_echo)));
}
