//! REST under `/api/v1`. One file per noun, one function per verb; refusals are problem documents, see [`problem`].
//!
//! **How to add an endpoint:** a function in the file of its noun, a line in [`configure`] and one in [`openapi`], a test in
//! `tests/suite/web/`. A POST needs nothing for `Idempotency-Key`: the middleware `idempotency` sees to it.

mod acts;
mod admin;
pub(crate) mod ask;
mod bots;
mod direct;
mod event_stream;
mod events;
pub mod extract;
mod find;
mod guests;
mod invites;
pub(crate) mod listing;
mod location;
mod login;
mod me;
mod members;
mod messages;
mod moderation;
pub mod openapi;
mod preferences;
mod preview;
pub mod problem;
mod push;
mod read_cursor;
mod room_rules;
mod rooms;
mod search;
mod second_factor;
mod status;
mod tokens;
mod typed;
mod users;

use actix_web::guard::fn_guard;
use actix_web::middleware::from_fn;
use actix_web::web::{ServiceConfig, delete, patch, post, put, resource, scope};

use super::emoji_list;
use super::methods::read;
use super::middleware::idempotency;

/// The route whose idempotency key is the nonce of the message.
pub const MESSAGES: &str = "/api/v1/rooms/{room}/messages";

/// Every endpoint. A wrong method is answered with 405 and `Allow`, an unknown path with 404.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(openapi::configure).service(
        scope(openapi::BASE)
            .wrap(from_fn(idempotency::once))
            .configure(admin::configure)
            .service(resource("/me").route(read().to(me::show)))
            .service(
                resource("/me/preferences").route(read().to(preferences::show)).route(patch().to(preferences::change)),
            )
            .service(
                resource("/me/status")
                    .route(read().to(status::show))
                    .route(put().to(status::set))
                    .route(delete().to(status::clear)),
            )
            .service(resource("/me/push").route(read().to(push::list)).route(post().to(push::subscribe)))
            .service(resource("/me/push/test").route(post().to(push::test)))
            .service(resource("/me/push/{id}").route(delete().to(push::unsubscribe)))
            .service(
                resource("/me/second-factor")
                    .route(read().to(second_factor::show))
                    .route(post().to(second_factor::begin))
                    .route(put().to(second_factor::turn_on)),
            )
            .service(resource("/me/second-factor/codes").route(post().to(second_factor::renew_codes)))
            .service(resource("/me/second-factor/remove").route(post().to(second_factor::turn_off)))
            .service(resource("/push/key").route(read().to(push::key)))
            .service(resource("/rooms").route(read().to(rooms::list)).route(post().to(rooms::create)))
            .service(resource("/rooms/{room}").route(read().to(rooms::show)).route(patch().to(rooms::change)))
            .service(resource("/rooms/{room}/level").route(put().to(rooms::level)))
            .service(resource("/rooms/{room}/typed").route(post().to(typed::run)))
            .service(resource("/rooms/{room}/pins").route(read().to(acts::pins)))
            .service(resource("/rooms/{room}/unread").route(read().to(acts::unread)))
            .service(
                resource("/rooms/{room}/events")
                    .route(read().guard(fn_guard(event_stream::is_wanted)).to(event_stream::room))
                    .route(read().to(events::list)),
            )
            .service(resource("/events").route(read().to(event_stream::rooms)))
            .service(resource("/events/{session}").route(post().to(event_stream::say)))
            .service(
                resource("/rooms/{room}/messages").route(read().to(messages::list)).route(post().to(messages::send)),
            )
            .service(
                resource("/rooms/{room}/messages/{seq}")
                    .route(read().to(messages::show))
                    .route(patch().to(acts::edit))
                    .route(delete().to(acts::delete)),
            )
            .service(resource("/rooms/{room}/messages/{seq}/edits").route(read().to(acts::edits)))
            .service(resource("/rooms/{room}/messages/{seq}/seen").route(read().to(acts::seen)))
            .service(resource("/rooms/{room}/messages/{seq}/thread").route(read().to(acts::thread)))
            .service(
                resource("/rooms/{room}/messages/{seq}/pin").route(put().to(acts::pin)).route(delete().to(acts::unpin)),
            )
            .service(
                resource("/rooms/{room}/messages/{seq}/reactions/{emoji}")
                    .route(put().to(acts::react))
                    .route(delete().to(acts::unreact)),
            )
            .service(resource("/rooms/{room}/members").route(read().to(members::list)).route(post().to(members::add)))
            .service(
                resource("/rooms/{room}/members/me")
                    .route(put().to(members::enter))
                    .route(delete().to(members::give_up)),
            )
            .service(
                resource("/rooms/{room}/members/{user}")
                    .route(put().to(members::appoint))
                    .route(delete().to(members::remove)),
            )
            .service(resource("/rooms/{room}/members/{user}/mute").route(put().to(moderation::mute)))
            .service(
                resource("/rooms/{room}/bans/{user}")
                    .route(put().to(moderation::ban))
                    .route(delete().to(moderation::unban)),
            )
            .service(resource("/rooms/{room}/slow").route(put().to(moderation::slow)))
            .service(resource("/rooms/{room}/messages/{seq}/report").route(post().to(moderation::report)))
            .service(resource("/rooms/{room}/read").route(put().to(read_cursor::move_up)))
            .service(resource("/direct").route(post().to(direct::open)))
            .service(resource("/emoji").route(read().to(emoji_list::show)))
            .service(resource("/preview").route(post().to(preview::show)))
            .service(resource("/guests").route(post().to(guests::make)))
            .service(resource("/login").route(post().to(login::log_in)))
            .service(resource("/login/code").route(post().to(login::log_in_with_code)))
            .service(resource("/search").route(read().to(search::search)))
            .service(resource("/find").route(read().to(find::find)))
            .service(resource("/users").route(read().to(users::list)))
            .service(resource("/users/{user}").route(read().to(users::show)))
            .service(resource("/invites").route(read().to(invites::list)).route(post().to(invites::make)))
            .service(resource("/invites/{code}").route(delete().to(invites::revoke)))
            .service(resource("/bots").route(read().to(bots::list)).route(post().to(bots::make)))
            .service(resource("/bots/{bot}/tokens").route(read().to(bots::tokens)).route(post().to(bots::make_token)))
            .service(resource("/bots/{bot}/tokens/{id}").route(delete().to(bots::revoke_token)))
            .service(resource("/tokens").route(read().to(tokens::list)).route(post().to(tokens::make)))
            .service(resource("/tokens/{id}").route(delete().to(tokens::revoke))),
    );
}

#[cfg(test)]
mod tests;
