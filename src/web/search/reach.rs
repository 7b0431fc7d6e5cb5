//! The rooms somebody may read, each asked of `permission`, and those of them that a search names.

use std::sync::Arc;

use crate::domain::access::Access;
use crate::domain::name::{NameKey, RoomName};
use crate::domain::permission::{self, Actor, LOBBY, RoomFacts};
use crate::domain::person::Person;
use crate::domain::room::RoomKind;
use crate::domain::search::{InRoom, SearchError};
use crate::storage::search::KnownRoom;
use crate::storage::{StorageResult, Store};

/// Every room that somebody may read.
pub struct Reach(Vec<Arc<KnownRoom>>);

impl Reach {
    /// The rooms of this person.
    pub async fn of(store: &dyn Store, person: &Person, access: Access) -> StorageResult<Self> {
        let user = (!person.is_guest()).then_some(person.id);
        let known = store.known_rooms(user).await?;
        Ok(Self(known.into_iter().filter(|room| may_read(room, person, access)).map(Arc::new).collect()))
    }

    /// The rooms of `in:`, or all of them. A room that may not be read is one that is not there.
    ///
    /// # Errors
    /// When one of them is not among these rooms.
    pub fn named(self, names: &[InRoom]) -> Result<Vec<Arc<KnownRoom>>, SearchError> {
        if names.is_empty() {
            return Ok(self.0);
        }
        let mut wanted: Vec<Arc<KnownRoom>> = Vec::with_capacity(names.len());
        for name in names {
            let (found, value) = match name {
                InRoom::Named(name) => (self.by_name(name), name.to_string()),
                InRoom::With(key) => (self.with(key), format!("@{key}")),
            };
            let room = found.ok_or(SearchError::NoSuchRoom { value })?;
            if !wanted.iter().any(|other| other.id == room.id) {
                wanted.push(Arc::clone(room));
            }
        }
        Ok(wanted)
    }

    fn by_name(&self, name: &RoomName) -> Option<&Arc<KnownRoom>> {
        self.0.iter().find(|room| room.name == *name)
    }

    fn with(&self, key: &NameKey) -> Option<&Arc<KnownRoom>> {
        let is_with = |room: &&Arc<KnownRoom>| {
            room.kind == RoomKind::Direct && matches!(room.others.as_slice(), [other] if other.name.key() == *key)
        };
        self.0.iter().find(is_with)
    }
}

fn may_read(room: &KnownRoom, person: &Person, access: Access) -> bool {
    let is_lobby = room.name.as_str() == LOBBY;
    let facts = RoomFacts { is_lobby, archived: room.archived, ..RoomFacts::new(room.kind) };
    let actor = Actor { standing: person.standing, membership: room.membership };
    person.grant.covers(room.id) && permission::may_read(access, facts, actor).is_ok()
}
