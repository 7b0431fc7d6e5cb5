//! `/admin/tokens`: tokens of everybody, without their secrets.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::desk::{Desk, Left, Section, done, nowhere};
use super::people;
use crate::domain::device::Device;
use crate::domain::grant::Scope;
use crate::domain::ids::DeviceId;
use crate::domain::person::SiteRole;
use crate::protocol::error_code::Problem;
use crate::storage::users::Account;
use crate::web::pages::fields::Fields;
use crate::web::token_wish::names_of;

#[derive(Serialize)]
struct Body {
    tokens: Vec<TokenRow>,
    more: String,
}

/// A token, as a row.
#[derive(Serialize)]
pub struct TokenRow {
    id: String,
    owner: String,
    owner_url: String,
    is_bot: bool,
    label: String,
    scope: String,
    /// The rooms it is good for; nothing for all.
    rooms: String,
    in_rooms: bool,
    created: String,
    used: String,
    expires: String,
}

/// GET `/admin/tokens`
pub async fn show(desk: Desk) -> HttpResponse {
    let result = page(&desk, Left::default()).await;
    desk.respond(result).await
}

/// POST `/admin/tokens/{id}/revoke`
pub async fn revoke(desk: Desk, id: web::Path<String>) -> HttpResponse {
    let Some(id) = DeviceId::parse(&id) else { return desk.respond(Err(nowhere())).await };
    let result = match desk.admin().revoke_token(&desk.by, id).await {
        Ok(()) => Ok(done("/admin/tokens")),
        Err(error) => match Left::default().refuse(&desk, &error) {
            Ok(left) => page(&desk, left).await,
            Err(problem) => Err(problem),
        },
    };
    desk.respond(result).await
}

async fn page(desk: &Desk, left: Left) -> Result<HttpResponse, Problem> {
    let query = Fields::of_query(&desk.visit.request);
    let found = desk.admin().tokens(&desk.by, DeviceId::parse(query.get("after"))).await;
    let (found, more) = found.map_err(|error| desk.problem(&error))?;
    let next = found.last().filter(|_| more).map(|(last, _)| format!("/admin/tokens?after={}", last.id));
    let mut tokens = Vec::with_capacity(found.len());
    for (token, owner) in &found {
        tokens.push(row(desk, token, owner).await?);
    }
    desk.page(Section::Tokens, "admin/tokens.html", &left, &Body { tokens, more: next.unwrap_or_default() }).await
}

/// A token, as a row.
pub async fn row(desk: &Desk, token: &Device, owner: &Account) -> Result<TokenRow, Problem> {
    let words = &desk.visit.words;
    let separator = words.get("common.separator");
    let rooms = match &token.grant.rooms {
        Some(ids) => names_of(&desk.visit.state, ids).await.map_err(|error| {
            log::error!("the rooms of a token could not be read: {error}");
            Problem::unavailable()
        })?,
        None => Vec::new(),
    };
    let rooms: Vec<String> = rooms.iter().map(ToString::to_string).collect();
    let is_bot = owner.site_role == SiteRole::Bot;
    let name = owner.name.as_str();
    Ok(TokenRow {
        id: token.id.to_string(),
        owner: name.to_owned(),
        owner_url: if is_bot { super::bots::url_of(name) } else { people::url_of(name) },
        is_bot,
        label: token.label.clone(),
        scope: words.get(match token.grant.scope {
            Scope::Read => "settings.scope_read",
            Scope::Write => "settings.scope_write",
            Scope::Admin => "settings.scope_admin",
        }),
        rooms: rooms.join(&separator),
        in_rooms: token.grant.rooms.is_some(),
        created: desk.moment(token.created_at),
        used: desk.moment(token.used_at),
        expires: token.grant.until.map(|at| desk.moment(at)).unwrap_or_default(),
    })
}
