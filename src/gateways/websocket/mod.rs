//! The WebSocket door (RFC 6455).
//!
//! `acceptor` takes connections, under TLS after its handshake; `caller` tells who asks. `handshake` decides who comes in. `upgrade` takes the socket over from HTTP and starts a `connection`, an actix actor,
//! which carries a conversation: a `session` of the chat, typed lines through `plain_door`, or the `echo`. The way in is
//! `inbox` (bytes to frames, within bounds) and `assembler` (frames to messages); the way out is `outbox`, which the
//! thread's fan-out writes to directly. `header_scanner`, `assembler` and `queue` know no socket and no actor.

mod acceptor;
pub mod assembler;
pub mod caller;
mod connection;
mod control;
mod echo;
mod handshake;
pub mod header_scanner;
mod inbox;
pub mod only_http;
mod outbox;
mod plain_door;
pub mod proxy_word;
mod query;
mod queue;
mod session;
mod socket;
pub mod state;
mod typed_rooms;
pub mod upgrade;

use actix_web::web;

pub use state::WebsocketState;

/// The routes of this door.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/ws").route(web::get().to(handshake::open_session)))
        .service(web::resource("/ws/echo").route(web::get().to(handshake::open_echo)));
}
