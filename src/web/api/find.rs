//! `/find`: rooms, people and messages by what has been typed so far; what stands behind Ctrl K.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ask;
use super::listing::json;
use super::location;
use super::openapi::texts;
use super::problem::ApiError;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{Seq, UserId};
use crate::domain::limits::SEARCH_BYTES;
use crate::domain::name::{NameKey, RoomName, UserName};
use crate::domain::person::Author;
use crate::domain::room::RoomKind;
use crate::domain::search::words;
use crate::protocol::answer::RoomEntry;
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::storage::users::Account;
use crate::web::search::{Hit, Order, Question, Refused, Results, text_of};
use crate::web::state::WebState;
use crate::web::views::search::{room_title, snippet_text};
use crate::web::views::url;
use crate::web::visitor::Visitor;

/// Of each kind at most so many.
const ROOMS: usize = 8;
const PEOPLE: usize = 5;
const MESSAGES: usize = 5;

/// What has been typed.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FindQuery {
    #[param(value_type = Option<texts::Words>)]
    q: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = FindAnswer)]
struct Answer<'a> {
    rooms: Vec<Room<'a>>,
    people: Vec<Person<'a>>,
    messages: Vec<Message<'a>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = FoundRoom)]
struct Room<'a> {
    name: &'a RoomName,
    title: &'a str,
    kind: RoomKind,
    url: String,
    unread: u64,
    member: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = FoundPerson)]
struct Person<'a> {
    id: UserId,
    name: &'a UserName,
    url: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = FoundMessage)]
struct Message<'a> {
    room: &'a RoomName,
    title: String,
    seq: Seq,
    author: &'a Author,
    text: String,
    url: String,
    at: Timestamp,
}

/// What begins like this, as far as the caller may see it. `#` asks for rooms alone, `@` for people.
#[utoipa::path(get, path = "/find", params(FindQuery), responses((status = 200, body = Answer), (status = 413)))]
pub async fn find(
    state: web::Data<WebState>,
    visitor: Visitor,
    query: web::Query<FindQuery>,
) -> Result<HttpResponse, ApiError> {
    let person = visitor.person()?;
    let typed = query.q.as_deref().unwrap_or_default().trim();
    if typed.len() > SEARCH_BYTES {
        let message = format!("`q` may have {SEARCH_BYTES} bytes; type less");
        return Err(Problem { code: ErrorCode::TooLarge, ..Problem::field("q", message) }.into());
    }
    let (name, only) = match typed.chars().next() {
        Some(sign @ ('#' | '@')) => (&typed[1..], Some(sign)),
        _ => (typed, None),
    };
    // First of all, because this is where too many questions are refused.
    let found = if only.is_none() { messages(&state, &visitor, typed).await? } else { Results::default() };
    let rooms = if only == Some('@') { Vec::new() } else { ask::rooms(&state.chat, person.clone()).await? };
    let rooms = matching(&rooms, name);
    let people = if only == Some('#') || name.is_empty() || person.is_guest() {
        Vec::new()
    } else {
        state.store.accounts_beginning(&NameKey::of(name), PEOPLE).await?
    };
    let answer = Answer {
        rooms: rooms.into_iter().map(Room::from).collect(),
        people: people.iter().map(Person::from).collect(),
        messages: found.hits.iter().map(|hit| Message::new(hit, &found)).collect(),
    };
    Ok(json(HttpResponse::Ok(), answer))
}

/// The newest messages with these words, of which the last may go on. What means nothing yet finds nothing.
async fn messages(state: &WebState, visitor: &Visitor, typed: &str) -> Result<Results, ApiError> {
    let person = visitor.person()?;
    let question = Question {
        person: &person,
        address: visitor.address,
        access: state.auth.access(),
        now: state.clock.now(),
        zone: state.renderer.zone(),
        text: typed,
        is_typing: true,
        order: Order::Newest,
        limit: MESSAGES,
        cursor: None,
    };
    match state.searcher.messages(question).await {
        Ok(found) => Ok(found),
        Err(Refused::Text(_)) => Ok(Results::default()),
        Err(Refused::Problem(problem)) => Err(problem.into()),
    }
}

/// The rooms with this in their names: those that begin with it first, then those with a word that does; of these what is
/// unread, then what one is a member of.
fn matching<'a>(rooms: &'a [RoomEntry], typed: &str) -> Vec<&'a RoomEntry> {
    let wanted = words::folded(typed);
    let mut found: Vec<(u8, &RoomEntry)> =
        rooms.iter().filter_map(|room| Some((rank(&words::folded(&room.title), &wanted)?, room))).collect();
    found.sort_by_key(|(rank, room)| (*rank, room.unread == 0, !room.member, room.archived));
    found.into_iter().map(|(_, room)| room).take(ROOMS).collect()
}

/// 0 for a beginning, 1 for a beginning of a word, 2 for anywhere.
fn rank(title: &str, wanted: &str) -> Option<u8> {
    if title.starts_with(wanted) {
        return Some(0);
    }
    title.match_indices(wanted).map(|(at, _)| if title[..at].ends_with(' ') { 1 } else { 2 }).min()
}

impl<'a> From<&'a RoomEntry> for Room<'a> {
    fn from(entry: &'a RoomEntry) -> Self {
        let RoomEntry { room, title, kind, unread, member, .. } = entry;
        Self { name: room, title, kind: *kind, url: url::of_entry(entry), unread: *unread, member: *member }
    }
}

impl<'a> From<&'a Account> for Person<'a> {
    fn from(account: &'a Account) -> Self {
        Self { id: account.id, name: &account.name, url: url::direct(account.name.as_str()) }
    }
}

impl<'a> Message<'a> {
    fn new(hit: &'a Hit, found: &Results) -> Self {
        Self {
            room: &hit.room.name,
            title: room_title(&hit.room),
            seq: hit.event.seq,
            author: &hit.event.author,
            text: snippet_text(text_of(&hit.event), &found.terms),
            url: location::of_event(&hit.room.name, hit.event.seq),
            at: hit.event.at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_comes_before_a_word_and_a_word_before_the_rest() {
        assert_eq!(rank("general", "gen"), Some(0));
        assert_eq!(rank("team general", "gen"), Some(1));
        assert_eq!(rank("oxygen gen", "gen"), Some(1));
        assert_eq!(rank("oxygen", "gen"), Some(2));
        assert_eq!(rank("random", "gen"), None);
        assert_eq!(rank("random", ""), Some(0));
    }
}
