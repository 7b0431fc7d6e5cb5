//! The lines of an export: one JSON object each, with a `type`. What is written here is read again by later versions.
//!
//! A file begins with a `header`, then come all of `user`, `setting`, `ban`, `room`, `member`, `invite`, `login`, `report`,
//! `audit`, and at last `event` in the order in which events were committed. What else the database knows of messages follows
//! from these. Invites and logins are there with secrets only: whoever has such a line can come in with it, or could do
//! nothing with it. Not exported: subscriptions to notifications, which are bound to a key that never leaves, and links for
//! a new password.

mod beside;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::person::Author;
use crate::domain::room_rules::RoomRules;

pub use beside::{AuditLine, InviteLine, LoginLine, ReportLine};

/// Of the format; another one is refused.
pub const VERSION: u32 = 2;
/// The oldest one that is read: it had no invites, logins, reports and audit log.
pub const OLDEST: u32 = 1;
/// What the first line says it is.
pub const FORMAT: &str = "parlor";

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Line {
    /// The first one.
    Header(Header),
    /// An account.
    User(Box<UserLine>),
    /// A setting that was changed while the server ran.
    Setting(SettingLine),
    /// Somebody who is shut out.
    Ban(BanLine),
    /// A room.
    Room(Box<RoomLine>),
    /// A membership.
    Member(MemberLine),
    /// An invite that may still be used.
    Invite(InviteLine),
    /// A login, by cookie or by token.
    Login(LoginLine),
    /// What somebody found wrong with a message.
    Report(Box<ReportLine>),
    /// An entry of the audit log.
    Audit(Box<AuditLine>),
    /// An entry of a log.
    Event(Box<EventLine>),
}

/// What the file is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// When it was made.
    pub made_at: Timestamp,
    /// It has hashes of passwords and secrets of second factors.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub secrets: bool,
    /// It has this room only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserLine {
    /// Its id.
    pub id: UserId,
    /// Its name.
    pub name: String,
    /// What it is on this server.
    pub site_role: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when no login of it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended_at: Option<Timestamp>,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub suspended_reason: String,
    /// What it writes is shown to nobody else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silenced: bool,
    /// When its quarantine was ended early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trusted_at: Option<Timestamp>,
    /// Its status and what it hides: the columns of `profiles`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Value>,
    /// How it likes its pages: the columns of `preferences`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferences: Option<Value>,
    /// Under which names other systems vouch for it; not in the export of one room.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<IdentityLine>,
    /// Only with secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets: Option<Secrets>,
}

/// Under which name another system vouches for an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityLine {
    /// Which system.
    pub issuer: String,
    /// What it calls the person.
    pub subject: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// What lets somebody in. It makes the file as secret as the database.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// Argon2id, in the PHC format.
    pub password_hash: String,
    /// Of the second factor, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp_secret: Option<String>,
    /// The last step of it that was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp_step: Option<i64>,
    /// SHA-256 of recovery codes, in hex.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recovery_codes: Vec<String>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets")
    }
}

/// A setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingLine {
    /// Which.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// A ban from the whole server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BanLine {
    /// Which account,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// or which network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// Why.
    pub reason: String,
    /// Who did it.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
}

/// A room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomLine {
    /// What the other lines of the file call it.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// `public`, `private` or `direct`.
    pub kind: String,
    /// Its topic.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub topic: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Nobody writes into it any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
    /// Seconds between two messages of one person.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub slow_mode: i64,
    /// Days after which messages go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<i64>,
    /// Who may come in and who may write, beside the kind.
    #[serde(default, skip_serializing_if = "is_as_usual")]
    pub rules: RoomRules,
    /// Of a direct room: its people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<UserId>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<UserId>,
    /// When.
    pub made_at: Timestamp,
    /// How many events of it the file has.
    pub events: u64,
}

/// A membership.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberLine {
    /// The `id` of the room.
    pub room: i64,
    /// Who.
    pub user: UserId,
    /// As what.
    pub role: String,
    /// Until when they may not write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Timestamp>,
    /// They may not come in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub banned: bool,
    /// Up to which event they have read.
    pub read_seq: u64,
    /// How many messages there are up to it.
    pub read_messages: u64,
    /// What they want to be told of.
    pub level: String,
    /// Since when.
    pub joined_at: Timestamp,
}

/// What to export.
#[derive(Debug, Clone, Default)]
pub struct ExportOptions {
    /// This room only, with its people.
    pub room: Option<String>,
    /// Also what lets somebody in: hashes of passwords, secrets of second factors, logins, invites.
    pub secrets: bool,
}

/// Why there is no export.
#[derive(Debug, derive_more::Display, derive_more::Error, derive_more::From)]
pub enum ExportError {
    /// The database is not there or cannot be opened.
    #[display("{_0}")]
    Open(super::BackupError),
    /// It cannot be read.
    #[display("{_0}")]
    Storage(super::StorageError),
    /// An older schema.
    #[display("the database has an older schema; start this version of the server on it once, then export")]
    Older,
    /// No such room.
    #[display("there is no room {name}; leave out --room for all rooms")]
    #[from(skip)]
    NoRoom {
        /// Which.
        #[error(not(source))]
        name: String,
    },
    /// The lines cannot be written.
    #[display("cannot write the export: {_0}")]
    Write(std::io::Error),
}

/// An export that is under way: one moment of the database, however long it is read.
#[async_trait]
pub trait Reading: Send {
    /// The next lines; nothing at the end. There may be none in between.
    async fn next(&mut self) -> Result<Option<Vec<Line>>, ExportError>;
}

/// A database that can be exported while it is in use.
#[async_trait]
pub trait Exports {
    /// Begins an export.
    async fn export(&self, options: &ExportOptions, now: Timestamp) -> Result<Box<dyn Reading>, ExportError>;
}

/// Somebody, with the name of that time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The id; of an account, or of nobody any more.
    pub id: UserId,
    /// The name.
    pub name: String,
}

impl From<&Author> for Person {
    fn from(author: &Author) -> Self {
        Self { id: author.id, name: author.name.as_str().to_owned() }
    }
}

/// An entry of a log, as it was committed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventLine {
    /// The `id` of the room.
    pub room: i64,
    /// Its number: 1, 2, 3 and so on in each room.
    pub seq: u64,
    /// What happened.
    pub kind: String,
    /// Who did it.
    pub author: Person,
    /// When.
    pub at: Timestamp,
    /// What was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The message it answers, or is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<u64>,
    /// The first message of its thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<u64>,
    /// What the sender's client called it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// What only some kinds have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// What has become of a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<StateLine>,
}

/// What has become of a message.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateLine {
    /// The text since the last edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// When that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// How often it was edited.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub edits: i64,
    /// Who took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<DeedLine>,
    /// Who put it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned: Option<DeedLine>,
    /// How many answers it has.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub replies: i64,
    /// The youngest of them, and when it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_reply: Option<(u64, Timestamp)>,
    /// What people put on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<ReactionLine>,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeedLine {
    /// Who.
    pub by: Person,
    /// When.
    pub at: Timestamp,
}

/// One emoji of one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReactionLine {
    /// Which.
    pub emoji: String,
    /// Whose.
    pub user: UserId,
    /// The name of that time.
    pub name: String,
    /// The event that put it there.
    pub event: u64,
}

fn is_as_usual(rules: &RoomRules) -> bool {
    *rules == RoomRules::default()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Accounts.
    pub users: Tally,
    /// Rooms.
    pub rooms: Tally,
    /// Memberships.
    pub members: Tally,
    /// Events.
    pub events: Tally,
    /// Settings, bans, invites, logins, reports, and entries of the audit log.
    pub others: Tally,
    /// What was left out, and why.
    pub left_out: Vec<Problem>,
}

/// How many were added, and how many were there already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// New here.
    pub added: u64,
    /// The same was here before.
    pub present: u64,
}

/// Something about one line.
#[derive(Debug, Clone, PartialEq, Eq, derive_more::Display)]
#[display("line {line}: {reason}")]
pub struct Problem {
    /// Counted from 1.
    pub line: u64,
    /// What.
    pub reason: String,
}

/// Why nothing was imported.
#[derive(Debug, derive_more::Display, derive_more::Error, derive_more::From)]
pub enum ImportError {
    /// The file makes no sense.
    #[display("nothing was imported, because the file is not right: {}", first(problems))]
    #[from(skip)]
    Malformed {
        /// At least one; the first ones of many.
        #[error(not(source))]
        problems: Vec<Problem>,
    },
    /// The database.
    #[display("{_0}. Nothing was imported.")]
    Storage(super::StorageError),
}

fn first(problems: &[Problem]) -> String {
    problems.first().map(ToString::to_string).unwrap_or_default()
}
