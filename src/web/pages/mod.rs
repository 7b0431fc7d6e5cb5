//! The pages: a handler each, asking the chat for everything about rooms and answering with HTML. Forms answer with a
//! redirect (303) when all went well, and with the same page, what was typed and the reason when not.
//!
//! **How to add a page:** a context in `views/`, a handler here, one line in [`configure`], a template.

mod api_docs;
mod asking;
mod conversation;
mod device_label;
mod devices;
mod direct;
pub mod errors;
pub(super) mod fields;
#[cfg(debug_assertions)]
mod gallery;
mod guest;
mod index;
mod invites;
mod language;
mod likes;
mod login;
mod logout;
mod look;
mod lookups;
mod members;
mod message_actions;
mod moderation;
mod own_status;
#[cfg(feature = "passkeys")]
mod passkeys;
mod password;
mod person;
mod privacy;
#[cfg(feature = "oidc")]
mod provider;
mod push_devices;
pub(super) mod refusals;
mod register;
mod reset;
mod room;
mod room_actions;
mod room_rules;
mod room_settings;
mod rooms;
mod search;
mod second_factor;
pub(super) mod settings;
mod setup;
mod shortcuts;
#[cfg(any(feature = "oidc", feature = "passkeys"))]
mod sign_in;
mod thread;
pub(super) mod tokens;
pub(super) mod visit;
mod welcome;

use actix_web::guard::{Any, Get, Head};
use actix_web::web::{ServiceConfig, post, resource, route};
use actix_web::{FromRequest, Handler, Responder, Route};

pub use errors::error_page;

/// Every page. Other methods than those of the table get 405.
pub fn configure(config: &mut ServiceConfig) {
    let mut page = |path: &str, routes: [Option<Route>; 2]| {
        let page = routes.into_iter().flatten().fold(resource(path), actix_web::Resource::route);
        config.service(page);
    };
    page("/", [Some(read(index::show)), None]);
    page("/setup", [Some(read(setup::show)), Some(post().to(setup::set_up))]);
    page("/login", [Some(read(login::show)), Some(post().to(login::log_in))]);
    page("/login/code", [None, Some(post().to(login::log_in_with_code))]);
    page("/login/jwt", [None, Some(post().to(login::log_in_by_token))]);
    #[cfg(feature = "oidc")]
    {
        page("/login/oidc", [Some(read(provider::leave)), None]);
        page("/login/oidc/callback", [Some(read(provider::come_back)), None]);
        page("/settings/sign-in/provider", [None, Some(post().to(provider::connect))]);
        page("/settings/sign-in/provider/remove", [None, Some(post().to(provider::disconnect))]);
    }
    #[cfg(feature = "passkeys")]
    {
        page("/login/passkey", [None, Some(post().to(passkeys::log_in))]);
        page("/login/passkey/begin", [None, Some(post().to(passkeys::begin_login))]);
        page("/settings/sign-in/passkeys", [None, Some(post().to(passkeys::add))]);
        page("/settings/sign-in/passkeys/begin", [None, Some(post().to(passkeys::begin))]);
        page("/settings/sign-in/passkeys/{id}/remove", [None, Some(post().to(passkeys::remove))]);
    }
    #[cfg(any(feature = "oidc", feature = "passkeys"))]
    page("/settings/sign-in", [Some(read(sign_in::show)), None]);
    page("/reset/{secret}", [Some(read(reset::show)), Some(post().to(reset::reset))]);
    page("/language", [None, Some(post().to(language::choose))]);
    page("/logout", [None, Some(post().to(logout::log_out))]);
    page("/register", [Some(read(register::show)), Some(post().to(register::register))]);
    page("/guest", [Some(read(guest::show)), Some(post().to(guest::enter))]);
    page("/invite/{code}", [Some(read(register::open_invite)), Some(post().to(register::accept_invite))]);
    page("/invites", [None, Some(post().to(invites::make))]);
    page("/invites/{code}/revoke", [None, Some(post().to(invites::revoke))]);
    page("/rooms", [Some(read(rooms::show)), Some(post().to(rooms::create))]);
    page("/rooms/{room}", [Some(read(room::show)), None]);
    page(r"/rooms/{room}/{seq:\d{1,19}}", [Some(read(room::permalink)), None]);
    page("/rooms/{room}/unread", [Some(read(lookups::unread)), None]);
    page(r"/rooms/{room}/{seq:\d{1,19}}/edits", [Some(read(lookups::edits)), None]);
    page(r"/rooms/{room}/{seq:\d{1,19}}/edit", [None, Some(post().to(message_actions::edit))]);
    page(r"/rooms/{room}/{seq:\d{1,19}}/delete", [None, Some(post().to(message_actions::delete))]);
    page(r"/rooms/{room}/{seq:\d{1,19}}/react", [None, Some(post().to(message_actions::react))]);
    page(r"/rooms/{room}/{seq:\d{1,19}}/pin", [None, Some(post().to(message_actions::pin))]);
    page(r"/rooms/{room}/{seq:\d{1,19}}/unread", [None, Some(post().to(message_actions::unread))]);
    page(r"/rooms/{room}/{seq:\d{1,19}}/thread", [Some(read(thread::show)), None]);
    page(
        r"/rooms/{room}/{seq:\d{1,19}}/report",
        [Some(read(moderation::report_form)), Some(post().to(moderation::report))],
    );
    page("/rooms/{room}/pins", [Some(read(thread::pins)), None]);
    page("/rooms/{room}/messages", [None, Some(post().to(room_actions::send))]);
    page("/rooms/{room}/join", [None, Some(post().to(room_actions::join))]);
    page("/rooms/{room}/leave", [None, Some(post().to(room_actions::leave))]);
    page("/rooms/{room}/members", [Some(read(members::show)), Some(post().to(members::add))]);
    page("/rooms/{room}/members/{user}/role", [None, Some(post().to(members::appoint))]);
    page("/rooms/{room}/members/{user}/remove", [None, Some(post().to(members::remove))]);
    page("/rooms/{room}/members/{user}/mute", [None, Some(post().to(moderation::mute))]);
    page("/rooms/{room}/members/{user}/ban", [None, Some(post().to(moderation::ban))]);
    page("/rooms/{room}/bans/{user}/lift", [None, Some(post().to(moderation::lift_ban))]);
    page("/rooms/{room}/slow", [None, Some(post().to(moderation::slow))]);
    page("/rooms/{room}/settings", [Some(read(room_settings::show)), Some(post().to(room_settings::save))]);
    page("/rooms/{room}/rules", [None, Some(post().to(room_rules::save))]);
    page("/rooms/{room}/masks/lift", [None, Some(post().to(room_rules::lift_mask))]);
    page("/rooms/{room}/level", [None, Some(post().to(room_settings::level))]);
    page("/rooms/{room}/archive", [None, Some(post().to(room_settings::archive))]);
    page("/people/{user}", [Some(read(person::show)), None]);
    page("/direct", [Some(read(conversation::show)), Some(post().to(conversation::start))]);
    page("/direct/{user}", [Some(read(direct::show)), Some(post().to(direct::start))]);
    #[cfg(debug_assertions)]
    page("/dev/gallery", [Some(read(gallery::show)), None]);
    page("/api/docs", [Some(read(api_docs::show)), None]);
    page("/shortcuts", [Some(read(shortcuts::show)), None]);
    page("/offline", [Some(read(shortcuts::offline)), None]);
    page("/search", [Some(read(search::show)), None]);
    page("/settings", [Some(read(settings::show)), None]);
    page("/settings/profile", [None, Some(post().to(settings::rename))]);
    page("/settings/appearance", [None, Some(post().to(likes::save_appearance))]);
    page("/settings/notifications", [None, Some(post().to(likes::save_notifications))]);
    page("/settings/push/test", [None, Some(post().to(push_devices::test))]);
    page("/settings/push/{id}/remove", [None, Some(post().to(push_devices::remove))]);
    page("/settings/privacy", [None, Some(post().to(privacy::save))]);
    page("/settings/status", [None, Some(post().to(own_status::save))]);
    page("/settings/password", [None, Some(post().to(password::change))]);
    page("/settings/second-factor", [Some(read(second_factor::show)), Some(post().to(second_factor::turn_on))]);
    page("/settings/second-factor/codes", [None, Some(post().to(second_factor::renew_codes))]);
    page("/settings/second-factor/remove", [None, Some(post().to(second_factor::turn_off))]);
    page("/settings/devices/{device}/revoke", [None, Some(post().to(devices::revoke))]);
    page("/settings/tokens", [None, Some(post().to(tokens::make))]);
    page("/settings/tokens/{device}/revoke", [None, Some(post().to(tokens::revoke))]);
}

/// A page to look at: GET, and HEAD, which gets the same answer without its body (RFC 9110, section 9.3.2).
fn read<F, Args>(handler: F) -> Route
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    route().guard(Any(Get()).or(Head())).to(handler)
}
