//! `/language`: the language of the pages in this browser, for whoever has no account. Accounts have a setting.

use actix_web::HttpResponse;

use super::errors::next_of;
use super::fields::Fields;
use super::visit::{Visit, redirect, with_cookies};
use crate::domain::preferences::Language;
use crate::web::cookies;

/// POST `/language`
pub async fn choose(visit: Visit, fields: Fields) -> HttpResponse {
    let back = redirect(next_of(&fields).as_deref().unwrap_or("/"));
    // What is no language of ours changes nothing.
    let chosen = Language::parse(fields.get("lang")).ok().filter(|language| !language.as_str().is_empty());
    with_cookies(back, chosen.map(|language| cookies::language(&visit.state, &visit.request, language)))
}
