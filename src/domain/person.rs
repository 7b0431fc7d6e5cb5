//! Who somebody is on this server: an account with a site role, or a guest for one visit.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::grant::Grant;
use super::ids::{DeviceId, UserId};
use super::name::UserName;

/// What an account may do on the whole server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SiteRole {
    /// A program with tokens only: nobody logs in as it by a password.
    Bot,
    /// Everybody else.
    Member,
    /// Keeps order: sees reports, mutes, bans and takes back messages in every public room.
    Moderator,
    /// Runs the server.
    Admin,
    /// Made by set-up; an admin whom no admin can remove.
    Owner,
}

impl SiteRole {
    /// Every role there is, the lowest first.
    pub const ALL: [Self; 5] = [Self::Bot, Self::Member, Self::Moderator, Self::Admin, Self::Owner];

    /// The role as text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Member => "member",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The role written as text, or `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// How somebody is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// A name for one visit.
    Guest,
    /// An account with its role.
    Account(SiteRole),
}

/// Somebody who was identified at one of the doors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Stable for an account; for a guest as long as the visit lasts.
    pub id: UserId,
    /// What others see.
    pub name: UserName,
    /// Account or guest.
    pub standing: Standing,
    /// The login that was used; `None` for a guest.
    pub device: Option<DeviceId>,
    /// What that login may be used for.
    pub grant: Grant,
}

impl Person {
    /// True for a name without an account.
    #[must_use]
    pub fn is_guest(&self) -> bool {
        self.standing == Standing::Guest
    }

    /// The site role; `None` for a guest.
    #[must_use]
    pub fn site_role(&self) -> Option<SiteRole> {
        match self.standing {
            Standing::Guest => None,
            Standing::Account(role) => Some(role),
        }
    }

    /// True for those who keep order on the whole server: moderators, admins and owners.
    #[must_use]
    pub fn keeps_order(&self) -> bool {
        self.site_role() >= Some(SiteRole::Moderator)
    }

    /// True for admins and owners.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        matches!(self.standing, Standing::Account(SiteRole::Admin | SiteRole::Owner))
    }
}

/// A way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Door {
    /// `/ws`.
    Websocket,
    /// Server-sent events.
    Events,
    /// Framed TCP.
    Tcp,
    /// Plain lines over TCP.
    Lines,
    /// IRC.
    Irc,
}

impl Door {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 5] = [Self::Websocket, Self::Events, Self::Tcp, Self::Lines, Self::Irc];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Websocket => "websocket",
            Self::Events => "events",
            Self::Tcp => "tcp",
            Self::Lines => "lines",
            Self::Irc => "irc",
        }
    }
}

/// Through which door somebody came, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// Which.
    pub door: Door,
    /// The address of the other end, or what a trusted proxy says of it.
    pub address: IpAddr,
}

/// Somebody who has come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Who.
    pub person: Person,
    /// From where.
    pub origin: Origin,
}

/// How a person is shown in events and lists: `{"id": "…", "name": "ann"}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, ToSchema)]
pub struct Author {
    /// Who.
    pub id: UserId,
    /// The name at that time.
    pub name: UserName,
}

impl From<&Person> for Author {
    fn from(person: &Person) -> Self {
        Self { id: person.id, name: person.name.clone() }
    }
}

/// What somebody says of their own presence; nobody else's word counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Here.
    Online,
    /// Connected, but not looking.
    Away,
    /// Here, and not to be disturbed.
    Busy,
    /// Not connected. Only the server says so.
    Offline,
}

impl Status {
    /// The presence as text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Away => "away",
            Self::Busy => "busy",
            Self::Offline => "offline",
        }
    }
}
