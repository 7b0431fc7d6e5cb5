//! `/invites`: links by which somebody registers, and perhaps lands in a room.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ask;
use super::extract::{Body, Whole, room_name};
use super::listing::{List, ListQuery, json, newest_first};
use super::openapi::texts;
use super::problem::ApiError;
use crate::auth::invites::{DAYS, MOST_DAYS};
use crate::domain::clock::Timestamp;
use crate::domain::name::RoomName;
use crate::domain::permission::may_invite;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::invites::Invite;
use crate::web::state::WebState;
use crate::web::visitor::Visitor;

/// What a new invite is made of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvite {
    #[schema(value_type = Option<texts::KnownRoom>)]
    room: Option<String>,
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 4_294_967_295_u32)]
    max_uses: Option<Whole>,
    #[schema(value_type = Option<u64>, minimum = 1, maximum = 365)]
    expires_in_days: Option<Whole>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Invite)]
struct ShownInvite {
    code: String,
    /// Whole where the server knows under which name people reach it, else the path alone.
    url: String,
    room: Option<RoomName>,
    uses: u32,
    max_uses: Option<u32>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
}

/// The caller's invites that may still be used, the newest first.
#[utoipa::path(get, path = "/invites", params(ListQuery), responses((status = 200, body = List<ShownInvite>)))]
pub async fn list(
    state: web::Data<WebState>,
    visitor: Visitor,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, ApiError> {
    let (person, part) = (visitor.account()?, query.part()?);
    let invites = state.auth.invites(&person).await?;
    let page = List::cut(invites, &part, |invite| newest_first(invite.created_at, &invite.code));
    let mut items = Vec::with_capacity(page.items.len());
    for invite in page.items {
        let room = match invite.room {
            Some(id) => state.store.room(id).await?.map(|room| room.info.name),
            None => None,
        };
        items.push(show(&state, invite, room));
    }
    Ok(json(HttpResponse::Ok(), List { items, next: page.next }))
}

/// Makes an invite, perhaps into a room.
#[utoipa::path(
    post,
    path = "/invites",
    request_body = NewInvite,
    responses((status = 201, body = ShownInvite), (status = 404))
)]
pub async fn make(
    state: web::Data<WebState>,
    visitor: Visitor,
    body: Body<NewInvite>,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.person()?;
    may_invite(person.standing).map_err(Problem::from)?;
    let max_uses = body.max_uses.map(uses).transpose()?;
    let days = body.expires_in_days.map_or(Ok(DAYS), life)?;
    let room = match &body.room {
        Some(room) => {
            let look = ask::look(&state.chat, person.clone(), room_name(room)?).await?;
            look.may_add.map_err(Problem::from)?;
            Some(look)
        }
        None => None,
    };
    let invite = state.auth.make_invite(&person, room.as_ref().map(|look| look.id), max_uses, days).await?;
    Ok(json(HttpResponse::Created(), show(&state, invite, room.map(|look| look.room))))
}

/// Takes one of the caller's invites back.
#[utoipa::path(delete, path = "/invites/{code}", responses((status = 204)))]
pub async fn revoke(
    state: web::Data<WebState>,
    visitor: Visitor,
    code: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.account()?;
    if state.auth.revoke_invite(&person, &code).await? {
        return Ok(HttpResponse::NoContent().finish());
    }
    Err(Problem::new(ErrorCode::NotFound, "you have made no such invite").into())
}

fn uses(most: Whole) -> Result<u32, Problem> {
    let refused = || Problem::field("max_uses", "`max_uses` must be 1 to 4294967295; leave it out for any number");
    u32::try_from(most.0).ok().filter(|most| *most > 0).ok_or_else(refused)
}

fn life(days: Whole) -> Result<u32, Problem> {
    let refused = || Problem::field("expires_in_days", format!("`expires_in_days` must be 1 to {MOST_DAYS}"));
    u32::try_from(days.0).ok().filter(|days| (1..=MOST_DAYS).contains(days)).ok_or_else(refused)
}

fn show(state: &WebState, invite: Invite, room: Option<RoomName>) -> ShownInvite {
    let path = format!("/invite/{}", invite.code);
    ShownInvite {
        url: state.public_url.as_ref().map_or_else(|| path.clone(), |public| public.link(&path)),
        code: invite.code,
        room,
        uses: invite.uses,
        max_uses: invite.max_uses,
        created_at: invite.created_at,
        expires_at: invite.expires_at,
    }
}
