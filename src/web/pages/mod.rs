//! The pages: a handler each, asking the chat for everything about rooms and answering with HTML. Forms answer with a
//! redirect (303) when all went well, and with the same page, what was typed and the reason when not.
//!
//! **How to add a page:** a context in `views/`, a handler here, one line in [`configure`], a template.

mod asking;
mod device_label;
mod devices;
mod direct;
pub mod errors;
mod fields;
mod guest;
mod index;
mod invites;
mod login;
mod logout;
mod password;
mod refusals;
mod register;
mod room;
mod room_actions;
mod rooms;
mod settings;
mod setup;
mod tokens;
mod visit;
mod welcome;

use actix_web::web::{ServiceConfig, get, post, resource};

pub use errors::error_page;

/// Every page. Other methods than those of the table get 405.
pub fn configure(config: &mut ServiceConfig) {
    let mut page = |path: &str, routes: [Option<actix_web::Route>; 2]| {
        let page = routes.into_iter().flatten().fold(resource(path), actix_web::Resource::route);
        config.service(page);
    };
    page("/", [Some(get().to(index::show)), None]);
    page("/setup", [Some(get().to(setup::show)), Some(post().to(setup::set_up))]);
    page("/login", [Some(get().to(login::show)), Some(post().to(login::log_in))]);
    page("/logout", [None, Some(post().to(logout::log_out))]);
    page("/register", [Some(get().to(register::show)), Some(post().to(register::register))]);
    page("/guest", [Some(get().to(guest::show)), Some(post().to(guest::enter))]);
    page("/invite/{code}", [Some(get().to(register::open_invite)), None]);
    page("/invites", [None, Some(post().to(invites::make))]);
    page("/invites/{code}/revoke", [None, Some(post().to(invites::revoke))]);
    page("/rooms", [Some(get().to(rooms::show)), Some(post().to(rooms::create))]);
    page("/rooms/{room}", [Some(get().to(room::show)), None]);
    page(r"/rooms/{room}/{seq:\d{1,19}}", [Some(get().to(room::permalink)), None]);
    page("/rooms/{room}/messages", [None, Some(post().to(room_actions::send))]);
    page("/rooms/{room}/join", [None, Some(post().to(room_actions::join))]);
    page("/rooms/{room}/leave", [None, Some(post().to(room_actions::leave))]);
    page("/rooms/{room}/members", [None, Some(post().to(room_actions::add))]);
    page("/direct/{user}", [Some(get().to(direct::show)), Some(post().to(direct::start))]);
    page("/settings", [Some(get().to(settings::show)), None]);
    page("/settings/profile", [None, Some(post().to(settings::rename))]);
    page("/settings/password", [None, Some(post().to(password::change))]);
    page("/settings/devices/{device}/revoke", [None, Some(post().to(devices::revoke))]);
    page("/settings/tokens", [None, Some(post().to(tokens::make))]);
    page("/settings/tokens/{device}/revoke", [None, Some(post().to(tokens::revoke))]);
}
