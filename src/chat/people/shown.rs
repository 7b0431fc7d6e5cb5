//! How people look to those who see everybody come and go: by name, with what they say of themselves.

use std::sync::Arc;

use super::People;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::name::{NameKey, UserName};
use crate::domain::person::{SiteRole, Status};
use crate::protocol::crowd::{Face, Seen};

/// What somebody says of themselves, if they say anything.
#[derive(Debug, Default)]
pub struct Shown {
    face: Option<Arc<Face>>,
    away: Option<Arc<str>>,
    active: Option<Timestamp>,
}

impl People {
    /// Who is connected under this name, or one that looks like it.
    pub fn by_name(&self, name: &UserName) -> Option<UserId> {
        let key = name.key();
        self.guest_names.get(&key).or_else(|| self.account_names.get(&key)).copied()
    }

    /// The account that is connected under a name of this key.
    pub fn account_with(&self, key: &NameKey) -> Option<UserId> {
        self.account_names.get(key).copied()
    }

    /// Somebody who is connected, as others see them.
    pub fn seen(&self, user: UserId) -> Option<Seen> {
        let person = self.by_user.get(&user)?;
        let first = self.sessions.get(person.sessions.first()?)?;
        let since = person.sessions.iter().filter_map(|id| self.sessions.get(id)).map(|live| live.since).min()?;
        let shown = person.shown.as_deref();
        let face = shown.and_then(|shown| shown.face.clone());
        let away = shown.and_then(|shown| shown.away.clone()).or_else(|| match self.status(user) {
            Status::Away => Some("away".into()),
            Status::Busy => Some("busy".into()),
            Status::Online | Status::Offline => None,
        });
        Some(Seen {
            id: user,
            name: first.person.name.clone(),
            is_guest: first.person.is_guest(),
            runs_server: first.person.keeps_order() || face.as_ref().is_some_and(|face| face.oper),
            is_bot: first.person.site_role() == Some(SiteRole::Bot) || face.as_ref().is_some_and(|face| face.bot),
            face,
            away,
            since,
            active: shown.and_then(|shown| shown.active).unwrap_or(since),
        })
    }

    /// Everybody who is connected.
    pub fn everybody(&self) -> impl Iterator<Item = UserId> + '_ {
        self.by_user.keys().copied()
    }

    /// What somebody says of themselves; answers whether they said something else before.
    pub fn set_face(&mut self, user: UserId, face: Face) -> bool {
        let Some(shown) = self.shown(user) else { return false };
        let before = shown.face.replace(Arc::new(face));
        before.is_some() && before != shown.face
    }

    /// Why somebody is away, in their own words.
    pub fn set_away_text(&mut self, user: UserId, text: Option<Arc<str>>) {
        if let Some(shown) = self.shown(user) {
            shown.away = text;
        }
    }

    /// Somebody did something.
    pub fn was_active(&mut self, session: SessionId, now: Timestamp) {
        let Some(user) = self.sessions.get(&session).map(|live| live.person.id) else { return };
        if let Some(shown) = self.by_user.get_mut(&user).and_then(|person| person.shown.as_mut()) {
            shown.active = Some(now);
        }
    }

    /// Makes an account findable under its name.
    pub(super) fn index(&mut self, user: UserId, key: NameKey) {
        self.account_names.insert(key, user);
    }

    /// The account has another name, or is gone.
    pub(super) fn unindex(&mut self, user: UserId, key: &NameKey) {
        if self.account_names.get(key) == Some(&user) {
            self.account_names.remove(key);
        }
    }

    fn shown(&mut self, user: UserId) -> Option<&mut Shown> {
        self.by_user.get_mut(&user).map(|person| &mut **person.shown.get_or_insert_default())
    }
}
