//! The WebSocket door (RFC 6455).
//!
//! `address_share` bounds the connections of HTTP below it. `caller` tells who asks, `handshake` decides who comes in. `upgrade`
//! takes the socket over from HTTP and starts a connection (`gateways::stream`), an actix actor. `framed` is what it does with
//! the bytes: `inbox` (bytes to frames, within bounds) and `assembler` (frames to messages) on the way to a `session` of the
//! chat, or to the `echo`. `wire` and `control` are what is this door's own on the way out. `header_scanner` and `assembler`
//! know no socket and no actor.

pub mod address_share;
pub mod assembler;
pub mod caller;
mod control;
mod echo;
mod framed;
mod handshake;
pub mod header_scanner;
mod inbox;
pub mod only_http;
pub mod proxy_word;
mod query;
mod session;
pub mod state;
pub mod upgrade;
mod wire;

use actix_web::web;

pub use state::WebsocketState;

/// The routes of this door.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/ws").route(web::get().to(handshake::open_session)))
        .service(web::resource("/ws/echo").route(web::get().to(handshake::open_echo)));
}
