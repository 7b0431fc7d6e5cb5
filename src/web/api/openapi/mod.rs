//! `/api/openapi.json`: the description of the API for programs, in the words of `OpenAPI` 3.1. What an endpoint takes and
//! gives stands beside its handler; what all of them have in common is added by [`complete`].
//!
//! **How to add an endpoint:** `#[utoipa::path]` on its handler, a line here. A test compares this list with the routes.

mod complete;
pub mod texts;

use std::cell::OnceCell;

use actix_web::web::{Data, ServiceConfig, resource};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;
use utoipa::OpenApi;

use super::problem::Document;
use super::{
    acts, admin, bots, direct, events, find, guests, invites, login, me, members, messages, moderation, preferences,
    preview, push, read_cursor, rooms, search, second_factor, status, tokens, typed, users,
};
use crate::web::emoji_list;
use crate::web::methods::read;
use crate::web::static_files::ASK_FIRST;
use crate::web::unchanging::Unchanging;

/// Where the API begins. The paths beside the handlers stand below it.
pub const BASE: &str = "/api/v1";

/// Every endpoint.
#[derive(OpenApi)]
#[openapi(
    components(schemas(Document, texts::Cursor, texts::Number, texts::Place, texts::Sort, texts::Words)),
    paths(
        acts::edit,
        acts::delete,
        acts::react,
        acts::unreact,
        acts::pin,
        acts::unpin,
        acts::thread,
        acts::pins,
        acts::edits,
        acts::seen,
        acts::unread,
        bots::list,
        bots::make,
        bots::tokens,
        bots::make_token,
        bots::revoke_token,
        direct::open,
        events::list,
        find::find,
        guests::make,
        invites::list,
        invites::make,
        invites::revoke,
        me::show,
        members::list,
        members::add,
        members::appoint,
        members::remove,
        members::enter,
        members::give_up,
        messages::list,
        messages::send,
        messages::show,
        moderation::mute,
        moderation::ban,
        moderation::unban,
        moderation::slow,
        moderation::report,
        preferences::show,
        preferences::change,
        preview::show,
        push::key,
        push::list,
        push::subscribe,
        push::unsubscribe,
        push::test,
        read_cursor::move_up,
        rooms::list,
        rooms::create,
        rooms::change,
        rooms::level,
        rooms::show,
        search::search,
        second_factor::show,
        second_factor::begin,
        second_factor::turn_on,
        second_factor::renew_codes,
        second_factor::turn_off,
        status::show,
        status::set,
        status::clear,
        tokens::list,
        tokens::make,
        tokens::revoke,
        typed::run,
        users::list,
        users::show,
        admin::lists::sessions,
        admin::lists::cut,
        admin::lists::invites,
        admin::lists::take_back,
        admin::lists::bans,
        admin::lists::ban,
        admin::lists::lift,
        admin::lists::reports,
        admin::lists::close,
        admin::lists::settings,
        admin::lists::set,
        admin::lists::audit,
        admin::lists::verify,
        admin::lists::figures,
        admin::people::list,
        admin::people::show,
        admin::people::change,
        admin::people::remove,
        admin::people::end_logins,
        admin::people::reset,
        admin::rooms::list,
        admin::rooms::show,
        admin::rooms::change,
        admin::rooms::remove,
        admin::rooms::export,
        admin::storage::show,
        admin::storage::expiry,
        admin::storage::give_back,
        admin::storage::backups,
        admin::storage::make_backup,
        admin::storage::check_backup,
        login::log_in,
        login::log_in_with_code,
        emoji_list::show,
    )
)]
struct Endpoints;

/// The document as it goes out, made when somebody asks for it first. One for each thread.
#[derive(Default)]
pub struct Kept {
    document: OnceCell<Value>,
    answer: OnceCell<Unchanging>,
}

impl Kept {
    /// The document.
    pub fn document(&self) -> &Value {
        self.document.get_or_init(document)
    }
}

/// Its address.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.app_data(Data::new(Kept::default())).service(resource("/api/openapi.json").route(read().to(show)));
}

/// The description of every endpoint.
///
/// # Panics
/// Never: what is described is JSON.
#[must_use]
pub fn document() -> Value {
    let described = serde_json::to_value(Endpoints::openapi()).expect("a description is JSON");
    complete::complete(described)
}

async fn show(request: HttpRequest, kept: Data<Kept>) -> HttpResponse {
    kept.answer.get_or_init(|| Unchanging::json(kept.document().to_string())).answer(&request, ASK_FIRST)
}
