//! What a login may be used for: a browser's for everything its account may do, a token for as much as its maker chose.
//!
//! The role of the account bounds it besides: whoever comes with less than [`Scope::Admin`] counts as a plain member, so
//! that no rule about roles has to know of tokens.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::clock::Timestamp;
use super::ids::RoomId;
use super::permission::Refusal;
use super::person::SiteRole;

/// How much a token may do; each contains those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Look at what its account may see, and change nothing.
    Read,
    /// Write, react, join: what members do.
    Write,
    /// Everything its account may do, making tokens and running the server among it.
    Admin,
}

impl Scope {
    /// Every scope there is, the smallest first.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Admin];

    /// The scope as text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    /// The scope written as text, or `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What one login may be used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// How much.
    pub scope: Scope,
    /// In which rooms; `None` for all. To everybody else's rooms it is a stranger.
    pub rooms: Option<Arc<[RoomId]>>,
    /// Until when; what was opened with it ends then too.
    pub until: Option<Timestamp>,
}

impl Grant {
    /// Everything: a browser, a guest.
    pub const ALL: Self = Self { scope: Scope::Admin, rooms: None, until: None };

    /// True when it is good for this room.
    #[must_use]
    pub fn covers(&self, room: RoomId) -> bool {
        self.rooms.as_ref().is_none_or(|rooms| rooms.contains(&room))
    }

    /// True when it is good for some rooms only.
    #[must_use]
    pub fn is_for_some_rooms(&self) -> bool {
        self.rooms.is_some()
    }

    /// May it be used for something that takes this scope?
    ///
    /// # Errors
    /// When its scope is smaller.
    pub fn allows(&self, needed: Scope) -> Result<(), Refusal> {
        if self.scope >= needed { Ok(()) } else { Err(Refusal::ScopeNeeded { needed }) }
    }

    /// May it be used for something that takes this scope and concerns no room, or any?
    ///
    /// # Errors
    /// When its scope is smaller, or it is good for some rooms only.
    pub fn allows_outside_rooms(&self, needed: Scope) -> Result<(), Refusal> {
        self.allows(needed)?;
        if self.is_for_some_rooms() { Err(Refusal::SomeRoomsOnly) } else { Ok(()) }
    }

    /// True while it has not ended.
    #[must_use]
    pub fn is_good_at(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// The role that somebody with this role acts under.
    #[must_use]
    pub fn bound(&self, role: SiteRole) -> SiteRole {
        if self.allows_outside_rooms(Scope::Admin).is_ok() { role } else { role.min(SiteRole::Member) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(scope: Scope, rooms: Option<&[i64]>) -> Grant {
        let rooms = rooms.map(|ids| ids.iter().map(|id| RoomId(*id)).collect());
        Grant { scope, rooms, until: None }
    }

    #[test]
    fn each_scope_contains_those_before_it_and_no_other() {
        for has in Scope::ALL {
            for needed in Scope::ALL {
                assert_eq!(grant(has, None).allows(needed).is_ok(), has >= needed, "{has} for {needed}");
            }
        }
    }

    #[test]
    fn a_token_for_some_rooms_is_good_for_no_other_and_for_nothing_beside_rooms() {
        let narrow = grant(Scope::Write, Some(&[1, 2]));
        assert!(narrow.covers(RoomId(2)) && !narrow.covers(RoomId(3)));
        assert_eq!(narrow.allows_outside_rooms(Scope::Write), Err(Refusal::SomeRoomsOnly));
        assert!(!grant(Scope::Write, Some(&[])).covers(RoomId(1)));
        assert!(Grant::ALL.covers(RoomId(3)));
    }

    #[test]
    fn only_a_whole_grant_acts_with_a_role_above_member() {
        assert_eq!(Grant::ALL.bound(SiteRole::Owner), SiteRole::Owner);
        for less in [grant(Scope::Write, None), grant(Scope::Read, None), grant(Scope::Admin, Some(&[1]))] {
            assert_eq!(less.bound(SiteRole::Owner), SiteRole::Member);
            assert_eq!(less.bound(SiteRole::Bot), SiteRole::Bot);
        }
    }

    #[test]
    fn it_ends_at_its_time() {
        let short = Grant { until: Some(Timestamp(5)), ..Grant::ALL };
        assert!(short.is_good_at(Timestamp(4)) && !short.is_good_at(Timestamp(5)));
    }
}
