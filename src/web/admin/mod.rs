//! The pages of those who run the server, all below `/admin`. Whoever may not see one is told that there is nothing at that
//! address, in the same words as for any other address that leads nowhere.
//!
//! Handlers take a [`desk::Desk`], ask [`Admin`](crate::admin::Admin) for everything, and answer a form with a redirect, or with the same
//! page, what was typed and the reason beside the field.
//!
//! **How to add a page:** a [`desk::Section`], a file with its context and handlers, a line in [`configure`], a template in
//! `templates/admin/`, and a line in `tests/suite/web/admin/`.

mod audit;
mod bans;
mod bots;
mod dashboard;
mod delete_room;
mod desk;
mod health;
mod invites;
mod people;
mod person;
mod reports;
mod room;
mod rooms;
mod sessions;
mod settings;
mod storage;
mod tokens;
mod told;

use actix_web::web::{ServiceConfig, post, resource};

use super::methods::read;

/// Every page, and every act.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(resource("/admin").route(read().to(dashboard::show)))
        .service(resource("/admin/people").route(read().to(people::show)))
        .service(resource("/admin/people/{name}").route(read().to(person::show)))
        .service(
            resource("/admin/people/{name}/delete")
                .route(read().to(person::ask_deletion))
                .route(post().to(person::delete)),
        )
        .service(resource("/admin/people/{name}/reset").route(post().to(person::reset)))
        .service(resource("/admin/people/{name}/{act}").route(post().to(person::act)))
        .service(resource("/admin/rooms").route(read().to(rooms::show)))
        .service(resource("/admin/rooms/{room}").route(read().to(room::show)))
        .service(
            resource("/admin/rooms/{room}/delete")
                .route(read().to(delete_room::ask))
                .route(post().to(delete_room::delete)),
        )
        .service(resource("/admin/rooms/{room}/export").route(read().to(room::export)))
        .service(resource("/admin/rooms/{room}/{act}").route(post().to(room::act)))
        .service(resource("/admin/sessions").route(read().to(sessions::show)))
        .service(resource(r"/admin/sessions/{id:\d{1,19}}/cut").route(post().to(sessions::cut)))
        .service(resource("/admin/invites").route(read().to(invites::show)))
        .service(resource("/admin/invites/{code}/revoke").route(post().to(invites::revoke)))
        .service(resource("/admin/bans").route(read().to(bans::show)).route(post().to(bans::add)))
        .service(resource(r"/admin/bans/{id:\d{1,18}}/lift").route(post().to(bans::lift)))
        .service(resource("/admin/reports").route(read().to(reports::show)))
        .service(resource(r"/admin/reports/{id:\d{1,18}}").route(post().to(reports::close)))
        .service(resource("/admin/settings").route(read().to(settings::show)).route(post().to(settings::save)))
        .service(resource("/admin/bots").route(read().to(bots::show)).route(post().to(bots::make)))
        .service(resource("/admin/bots/{name}").route(read().to(bots::show_one)))
        .service(resource("/admin/bots/{name}/tokens").route(post().to(bots::make_token)))
        .service(resource("/admin/bots/{name}/tokens/{id}/revoke").route(post().to(bots::revoke)))
        .service(resource("/admin/tokens").route(read().to(tokens::show)))
        .service(resource("/admin/tokens/{id}/revoke").route(post().to(tokens::revoke)))
        .service(resource("/admin/storage").route(read().to(storage::show)))
        .service(resource("/admin/storage/retention").route(post().to(storage::keep)))
        .service(resource("/admin/storage/vacuum").route(post().to(storage::give_back)))
        .service(resource("/admin/storage/backups").route(post().to(storage::make_backup)))
        .service(resource("/admin/storage/backups/{name}/check").route(post().to(storage::check_backup)))
        .service(resource("/admin/audit").route(read().to(audit::show)))
        .service(resource("/admin/audit/verify").route(post().to(audit::verify)))
        .service(resource("/admin/audit/export").route(read().to(audit::export)))
        .service(resource("/admin/health").route(read().to(health::show)));
}
