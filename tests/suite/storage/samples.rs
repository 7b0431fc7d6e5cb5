//! People, rooms and drafts for the stories.

use parlor::domain::clock::Timestamp;
use parlor::domain::event::{Draft, Event, EventBody, Message};
use parlor::domain::ids::{RoomId, Seq, UserId};
use parlor::domain::membership::{Mark, Membership, Role};
use parlor::domain::name::{NameKey, RoomName, UserName};
use parlor::domain::permission::LOBBY;
use parlor::domain::person::{Author, SiteRole};
use parlor::domain::room::{RoomInfo, RoomKind, Topic};
use parlor::storage::Store;
use parlor::storage::events::Appended;
use parlor::storage::rooms::{CursorMove, NewRoom};
use parlor::storage::users::{Account, NewAccount, Registered};
use uuid::Uuid;

/// The moment at which everything happens that needs no other one.
pub const NOW: Timestamp = Timestamp(1_795_252_503_120);

pub fn person(name: &str) -> Author {
    Author { id: UserId(Uuid::now_v7()), name: UserName::parse(name).unwrap() }
}

pub fn new_account(name: &str) -> NewAccount {
    let Author { id, name } = person(name);
    NewAccount {
        account: Account { id, name, site_role: SiteRole::Member, created_at: NOW },
        password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned(),
        invite: None,
    }
}

/// An account that exists.
pub async fn account(store: &dyn Store, name: &str) -> Author {
    let new = new_account(name);
    assert_eq!(store.add_user(&new, false, NOW).await.unwrap(), Registered::Done);
    Author { id: new.account.id, name: new.account.name }
}

pub fn new_room(name: &str, kind: RoomKind, members: &[(&Author, Role)]) -> NewRoom {
    NewRoom {
        name: RoomName::trusted(name.to_owned()),
        kind,
        topic: Topic::parse("about it").unwrap(),
        made_by: members.first().map(|(maker, _)| (*maker).clone()),
        members: members.iter().map(|(author, role)| ((*author).clone(), *role)).collect(),
        at: NOW,
    }
}

/// A public room that exists and has no members.
pub async fn empty_room(store: &dyn Store, name: &str) -> RoomInfo {
    store.create_room(&new_room(name, RoomKind::Public, &[])).await.unwrap()
}

pub async fn lobby(store: &dyn Store) -> RoomInfo {
    store.room_by_name(&NameKey::of(LOBBY)).await.unwrap().unwrap().info
}

pub fn draft(room: &RoomInfo, author: &Author, body: EventBody) -> Draft {
    Draft { room: room.id, room_name: room.name.clone(), author: author.clone(), at: NOW, body, calls: Vec::new() }
}

pub fn message(room: &RoomInfo, author: &Author, text: &str) -> Draft {
    draft(room, author, EventBody::message(text))
}

pub fn message_with_nonce(room: &RoomInfo, author: &Author, text: &str, nonce: &str) -> Draft {
    let body =
        EventBody::Message(Message { text: text.to_owned(), nonce: Some(nonce.to_owned()), ..Message::default() });
    draft(room, author, body)
}

pub fn joined(room: &RoomInfo, author: &Author, role: Role) -> Draft {
    draft(room, author, EventBody::Joined { role, by: None })
}

pub fn left(room: &RoomInfo, author: &Author) -> Draft {
    draft(room, author, EventBody::Left { by: None })
}

/// The event that a draft became, in a log of nothing but messages.
pub fn event(draft: &Draft, seq: Seq) -> Event {
    let Draft { room, room_name, author, at, body, .. } = draft.clone();
    Event { room, room_name, seq, n: seq, author, at, body }
}

/// A place in a log.
pub fn mark(seq: Seq, n: u64) -> Mark {
    Mark { seq, n }
}

/// A cursor that moves up.
pub fn up(room: &RoomInfo, user: &Author, seq: Seq, n: u64) -> CursorMove {
    CursorMove { room: room.id, user: user.id, to: mark(seq, n), back: false }
}

pub fn stored(draft: &Draft, seq: Seq) -> Appended {
    Appended::Stored(event(draft, seq))
}

pub async fn seqs(store: &dyn Store, room: RoomId) -> Vec<Seq> {
    store.events_after(room, 0, usize::MAX).await.unwrap().iter().map(|event| event.seq).collect()
}

/// What somebody is in a room.
pub async fn membership(store: &dyn Store, room: RoomId, user: UserId) -> Option<Membership> {
    let stored = store.room(room).await.unwrap().unwrap();
    stored.memberships.into_iter().find(|membership| membership.user == user)
}
