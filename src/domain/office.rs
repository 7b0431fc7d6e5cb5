//! What those who run the server may do: one table, for pages, programs and the command line alike.

use super::permission::Refusal;
use super::person::{SiteRole, Standing};

/// Something that takes an office on the whole server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Power {
    /// Reports, and closing them.
    Reports,
    /// Accounts, and what was decided about them.
    SeePeople,
    /// An account reads and no longer writes, or does again.
    Silence,
    /// A new account is trusted before its time.
    Trust,
    /// Who is connected, and ending it.
    Sessions,
    /// Bans of accounts and networks.
    Ban,
    /// An account's logins stop working, or work again.
    Suspend,
    /// Ending all logins of somebody, and links for a new password.
    Logins,
    /// Invites of everybody.
    Invites,
    /// Bots, and tokens of others.
    Tokens,
    /// All rooms by name and size; reading a private one is written down.
    SeeRooms,
    /// Owners, archive, retention and deletion of rooms.
    Rooms,
    /// Site roles.
    Roles,
    /// Deleting accounts.
    DeletePeople,
    /// Settings that take effect at once.
    Settings,
    /// Backups, retention and what takes the room.
    Storage,
    /// The audit log.
    Audit,
    /// Figures and health of the server.
    Health,
}

impl Power {
    /// Every one, the lowest first.
    pub const ALL: [Self; 18] = [
        Self::Reports,
        Self::SeePeople,
        Self::Silence,
        Self::Trust,
        Self::Sessions,
        Self::Ban,
        Self::Suspend,
        Self::Logins,
        Self::Invites,
        Self::Tokens,
        Self::SeeRooms,
        Self::Rooms,
        Self::Roles,
        Self::DeletePeople,
        Self::Settings,
        Self::Storage,
        Self::Audit,
        Self::Health,
    ];

    /// The lowest role that has it.
    #[must_use]
    pub fn least(self) -> SiteRole {
        match self {
            Self::Reports | Self::SeePeople | Self::Silence | Self::Trust | Self::Sessions | Self::Ban => {
                SiteRole::Moderator
            }
            Self::Suspend
            | Self::Logins
            | Self::Invites
            | Self::Tokens
            | Self::SeeRooms
            | Self::Rooms
            | Self::Roles
            | Self::DeletePeople
            | Self::Settings
            | Self::Storage
            | Self::Audit
            | Self::Health => SiteRole::Admin,
        }
    }

    /// What it is, for the table in the documents.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Reports => "see and close reports",
            Self::SeePeople => "see accounts and what was decided about them",
            Self::Silence => "let an account read only",
            Self::Trust => "trust a new account before its time",
            Self::Sessions => "see who is connected, and cut it",
            Self::Ban => "ban accounts and networks",
            Self::Suspend => "suspend accounts",
            Self::Logins => "end the logins of others, and make links for a new password",
            Self::Invites => "see and take back all invites",
            Self::Tokens => "make bots, and take back tokens",
            Self::SeeRooms => "see all rooms",
            Self::Rooms => "change, archive and delete rooms of others",
            Self::Roles => "give site roles below one's own",
            Self::DeletePeople => "delete accounts",
            Self::Settings => "change settings",
            Self::Storage => "see storage, make backups, set retention",
            Self::Audit => "read the audit log",
            Self::Health => "see figures and health",
        }
    }
}

/// May somebody of this standing do this?
///
/// # Errors
/// When it takes a higher role.
pub fn may(power: Power, standing: Standing) -> Result<(), Refusal> {
    match standing {
        Standing::Account(role) if role >= power.least() => Ok(()),
        Standing::Account(_) if power.least() <= SiteRole::Moderator => Err(Refusal::ModeratorNeeded),
        Standing::Account(_) => Err(Refusal::AdminNeeded),
        Standing::Guest => Err(Refusal::AccountNeeded),
    }
}

/// May somebody with the role `own` do something about an account with the role `other`? Downwards only; owners are equals.
///
/// # Errors
/// When the other's role is not below.
pub fn may_touch(own: SiteRole, other: SiteRole) -> Result<(), Refusal> {
    if own > other || own == SiteRole::Owner { Ok(()) } else { Err(Refusal::NotBelow) }
}

/// May somebody with the role `own` give others the role `role`? Only one below; owners make others their equals.
///
/// # Errors
/// When it is not below, or is no role that is given.
pub fn may_give(own: SiteRole, role: SiteRole) -> Result<(), Refusal> {
    if role == SiteRole::Bot { Err(Refusal::NotBelow) } else { may_touch(own, role) }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    #[test]
    fn a_power_needs_its_role_or_a_higher_one() {
        for power in Power::ALL {
            assert_eq!(may(power, Standing::Guest), Err(Refusal::AccountNeeded), "{power:?}");
            for role in SiteRole::ALL {
                assert_eq!(may(power, Standing::Account(role)).is_ok(), role >= power.least(), "{power:?} {role:?}");
            }
            assert!(power.least() >= SiteRole::Moderator, "{power:?} is no office");
        }
    }

    #[test]
    fn only_downwards_but_owners_are_equals() {
        use SiteRole::{Admin, Bot, Member, Moderator, Owner};
        for (own, other, may) in [
            (Owner, Owner, true),
            (Owner, Admin, true),
            (Admin, Owner, false),
            (Admin, Admin, false),
            (Admin, Moderator, true),
            (Moderator, Moderator, false),
            (Moderator, Member, true),
            (Moderator, Bot, true),
            (Member, Bot, true),
        ] {
            assert_eq!(may_touch(own, other).is_ok(), may, "{own:?} {other:?}");
        }
    }

    #[test]
    fn nobody_gives_a_role_like_their_own_but_owners() {
        use SiteRole::{Admin, Bot, Member, Moderator, Owner};
        for (own, role, may) in [
            (Owner, Owner, true),
            (Owner, Bot, false),
            (Admin, Admin, false),
            (Admin, Moderator, true),
            (Moderator, Member, true),
            (Moderator, Moderator, false),
        ] {
            assert_eq!(may_give(own, role).is_ok(), may, "{own:?} {role:?}");
        }
    }

    #[test]
    fn the_table_in_the_documents_is_this_one() {
        const DOCUMENT: &str = include_str!("../../docs/OPERATIONS.md");
        let (_, rest) = DOCUMENT.split_once("<!-- powers: begin -->\n").expect("it has a beginning");
        let (table, _) = rest.split_once("<!-- powers: end -->").expect("it has an end");
        let mut expected = "| power | moderator | admin | owner |\n|---|---|---|---|\n".to_owned();
        for power in Power::ALL {
            let [moderator, admin, owner] = [SiteRole::Moderator, SiteRole::Admin, SiteRole::Owner]
                .map(|role| if may(power, Standing::Account(role)).is_ok() { "yes" } else { "no" });
            writeln!(expected, "| {} | {moderator} | {admin} | {owner} |", power.words()).expect("a String takes it");
        }
        assert_eq!(table, expected, "put this into docs/OPERATIONS.md");
    }
}
