//! `/people/{user}`: the card of one person, and with `?room=` what they are there. With a script it is a small card over
//! the page.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::asking::room_name;
use super::fields::Fields;
use super::refusals::storage_problem;
use super::visit::Visit;
use crate::domain::ids::UserId;
use crate::domain::name::NameKey;
use crate::domain::person::{Author, SiteRole};
use crate::protocol::error_code::Problem;
use crate::storage::users::Account;
use crate::web::views::SidebarView;
use crate::web::views::members::{MemberView, PersonPage, RoomCard};

/// GET `/people/{user}`
pub async fn show(visit: Visit, user: web::Path<String>) -> HttpResponse {
    let result = page(&visit, &user).await;
    visit.respond(result).await
}

impl Visit {
    /// The account of this name, or of this id: names in messages lead to ids, which outlast a new name.
    pub(super) async fn find_person(&self, text: &str) -> Result<Account, Problem> {
        const HYPHENATED: usize = 36;
        let id = UserId::parse(text).filter(|_| text.len() == HYPHENATED);
        let found = match id {
            Some(id) => self.state.store.user(id).await,
            None => self.state.store.user_by_name(&NameKey::of(text.trim())).await,
        };
        found.map_err(storage_problem)?.ok_or_else(|| self.not_found("error.no_such_person"))
    }
}

async fn page(visit: &Visit, user: &str) -> Result<HttpResponse, Problem> {
    let account = visit.account()?;
    let other = visit.find_person(user).await?;
    let entries = visit.rooms(&account).await?;
    let is_online =
        entries.iter().any(|entry| entry.other_online && entry.other.as_ref().is_some_and(|who| who.id == other.id));
    let (name, is_bot) = (other.name.to_string(), other.site_role == SiteRole::Bot);
    let author = Author { id: other.id, name: other.name };
    let mut person = MemberView::outside(author, is_bot, account.id, is_online);
    let mut card = None;
    let query = Fields::of_query(&visit.request);
    if let Ok(room) = room_name(query.get("room"))
        && let Ok(look) = visit.look(&account, &room).await
    {
        let members = visit.members(&account, &room).await?;
        if let Some(entry) = members.members.iter().find(|entry| entry.id == other.id && entry.role.is_some()) {
            person = visit.member_view(entry, &look);
            card = Some(RoomCard::new(&look, entries.iter().find(|entry| entry.room == look.room), &visit.words));
        }
    }
    let context = PersonPage {
        page: visit.page_view(&name),
        sidebar: SidebarView::new(&entries, true, None),
        person,
        room: card,
    };
    visit.html(StatusCode::OK, "pages/person.html", &context)
}
