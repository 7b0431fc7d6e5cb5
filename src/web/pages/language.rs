//! `/language`: the language of the pages in this browser, for whoever has no account. Accounts have a setting.

use actix_web::HttpResponse;

use super::errors::next_of;
use super::fields::Fields;
use super::visit::{Visit, redirect, with_cookies};
use crate::web::cookies;
use crate::web::words::language::Language;

/// POST `/language`
pub async fn choose(visit: Visit, fields: Fields) -> HttpResponse {
    let back = redirect(next_of(&fields).as_deref().unwrap_or("/"));
    // What is no language of ours changes nothing.
    let chosen = Language::ALL.into_iter().find(|language| language.tag() == fields.get("lang"));
    with_cookies(back, chosen.map(|language| cookies::chosen_language(&visit.state, &visit.request, language)))
}
