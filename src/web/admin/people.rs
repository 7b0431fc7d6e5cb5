//! `/admin/people`: all accounts, by name.

use actix_web::HttpResponse;
use serde::Serialize;

use super::desk::{Desk, Left, Section};
use crate::domain::person::SiteRole;
use crate::protocol::error_code::Problem;
use crate::storage::order::{AccountFilter, WatchedAccount};
use crate::web::pages::fields::Fields;
use crate::web::views::{hue, initials, url};
use crate::web::words::Words;

#[derive(Serialize)]
struct Body {
    q: String,
    role: String,
    trouble: bool,
    people: Vec<PersonRow>,
    more: String,
}

/// One account of the list.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is one question of the template")]
pub struct PersonRow {
    name: String,
    url: String,
    initials: String,
    hue: u64,
    role: String,
    suspended: bool,
    silenced: bool,
    banned: bool,
    second_factor: bool,
    used: String,
    rooms: u64,
}

/// A role, as people read it.
pub fn role_words(words: &Words, role: SiteRole) -> String {
    words.get(match role {
        SiteRole::Bot => "admin.role_bot",
        SiteRole::Member => "admin.role_member",
        SiteRole::Moderator => "admin.role_moderator",
        SiteRole::Admin => "admin.role_admin",
        SiteRole::Owner => "admin.role_owner",
    })
}

/// The page of an account.
pub fn url_of(name: &str) -> String {
    format!("/admin/people/{}", url::segment(name))
}

/// GET `/admin/people`
pub async fn show(desk: Desk) -> HttpResponse {
    let result = page(&desk).await;
    desk.respond(result).await
}

async fn page(desk: &Desk) -> Result<HttpResponse, Problem> {
    let query = Fields::of_query(&desk.visit.request);
    let filter = AccountFilter {
        name: query.get("q").to_owned(),
        role: SiteRole::parse(query.get("role")),
        only_in_trouble: query.get("trouble") == "yes",
    };
    let found = desk.admin().people(&desk.by, &filter, query.get("after")).await;
    let (people, more) = found.map_err(|error| desk.problem(&error))?;
    let role = filter.role.map(SiteRole::as_str).unwrap_or_default().to_owned();
    let more = people.last().filter(|_| more).map(|last| {
        let (q, after) = (url::segment(&filter.name), url::segment(last.account.name.as_str()));
        let trouble = if filter.only_in_trouble { "yes" } else { "" };
        format!("/admin/people?q={q}&role={role}&trouble={trouble}&after={after}")
    });
    let body = Body {
        people: people.iter().map(|person| row(desk, person)).collect(),
        q: filter.name,
        role,
        trouble: filter.only_in_trouble,
        more: more.unwrap_or_default(),
    };
    desk.page(Section::People, "admin/people.html", &Left::default(), &body).await
}

/// One account, as a row.
pub fn row(desk: &Desk, person: &WatchedAccount) -> PersonRow {
    let name = person.account.name.as_str();
    let state = &desk.visit.state;
    PersonRow {
        url: url_of(name),
        initials: initials(name),
        hue: hue(person.account.id),
        role: role_words(&desk.visit.words, person.account.site_role),
        suspended: person.suspended.is_some(),
        silenced: person.silenced,
        banned: person.suspended.is_none() && state.auth.let_in(Some(person.account.id), None).is_err(),
        second_factor: person.has_second_factor,
        used: person.used_at.map(|at| desk.moment(at)).unwrap_or_default(),
        rooms: person.rooms,
        name: name.to_owned(),
    }
}
