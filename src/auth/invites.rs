//! Invites: made by admins, used by whoever has the link.

use std::time::Duration;

use super::{Auth, AuthError, secret};
use crate::domain::grant::Scope;
use crate::domain::ids::RoomId;
use crate::domain::person::{Author, Person};
use crate::storage::invites::Invite;

/// For how many days an invite is good, if nothing else is said.
pub const DAYS: u32 = 7;
/// For how many days at most.
pub const MOST_DAYS: u32 = 365;

impl Auth {
    /// Makes an invite, perhaps into a room. Whoever calls has checked that the person may.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn make_invite(
        &self,
        person: &Person,
        room: Option<RoomId>,
        max_uses: Option<u32>,
        days: u32,
    ) -> Result<Invite, AuthError> {
        person.grant.allows_outside_rooms(Scope::Admin)?;
        let invite = self.new_invite(Author::from(person), room, max_uses, days);
        self.store.add_invite(&invite).await?;
        Ok(invite)
    }

    /// An invite that nobody knows of yet.
    #[must_use]
    pub fn new_invite(&self, made_by: Author, room: Option<RoomId>, max_uses: Option<u32>, days: u32) -> Invite {
        let now = self.clock.now();
        let expires_at = Some(now.plus(Duration::from_hours(24 * u64::from(days))));
        Invite { code: secret::random_link(), made_by, room, uses: 0, max_uses, created_at: now, expires_at }
    }

    /// The invite with this code, if it may still be used.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open_invite(&self, code: &str) -> Result<Option<Invite>, AuthError> {
        // Whoever is shut out invites nobody.
        let stands =
            |invite: &Invite| invite.is_open(self.clock.now()) && self.let_in(Some(invite.made_by.id), None).is_ok();
        Ok(self.store.invite(code).await?.filter(stands))
    }

    /// Counts a use of an invite by somebody who has an account; `false` when it is not good any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn use_invite(&self, code: &str) -> Result<bool, AuthError> {
        Ok(self.store.use_invite(code, self.clock.now()).await?)
    }

    /// The invites a person has made that may still be used, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn invites(&self, person: &Person) -> Result<Vec<Invite>, AuthError> {
        person.grant.allows_outside_rooms(Scope::Admin)?;
        let now = self.clock.now();
        Ok(self.store.invites_of(person.id).await?.into_iter().filter(|invite| invite.is_open(now)).collect())
    }

    /// Takes an invite back; `false` when this person made no such invite.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn revoke_invite(&self, person: &Person, code: &str) -> Result<bool, AuthError> {
        person.grant.allows_outside_rooms(Scope::Admin)?;
        Ok(self.store.revoke_invite(person.id, code).await?)
    }
}
