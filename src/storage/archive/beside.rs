//! Lines of what lies beside rooms and their logs: invites, logins, reports, the audit log.

use serde::{Deserialize, Serialize};

use super::Person;
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;

/// An invite.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InviteLine {
    /// What its link ends with.
    pub code: String,
    /// Who made it.
    pub made_by: UserId,
    /// The `id` of the room it leads into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<i64>,
    /// How often it was used.
    pub uses: i64,
    /// How often it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_uses: Option<i64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl std::fmt::Debug for InviteLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InviteLine")
    }
}

/// A login.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginLine {
    /// Its id.
    pub id: UserId,
    /// Whose.
    pub user: UserId,
    /// `cookie` or `token`.
    pub kind: String,
    /// What it is called.
    pub label: String,
    /// SHA-256 of the secret, in hex.
    pub secret_hash: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub used_at: Timestamp,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// What it may do.
    pub scope: String,
    /// The `id`s of the rooms it is good for; without, for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rooms: Option<Vec<i64>>,
    /// No use puts its end off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fixed: bool,
}

impl std::fmt::Debug for LoginLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LoginLine")
    }
}

/// What somebody found wrong with a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportLine {
    /// The `id` of the room.
    pub room: i64,
    /// The number of the message.
    pub seq: u64,
    /// As it was when it was reported.
    pub text: String,
    /// Who wrote it.
    pub author: Person,
    /// Who reported it.
    pub reporter: Person,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<String>,
    /// What was done about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditLine {
    /// Its number: from 1, without gaps.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Person,
    /// From where.
    pub origin: String,
    /// What.
    pub action: String,
    /// To whom or what.
    pub target: String,
    /// What else there is to say: JSON, to the letter, because the hash is over it.
    pub details: String,
    /// The hash over it and all before it, in hex.
    pub hash: String,
}
