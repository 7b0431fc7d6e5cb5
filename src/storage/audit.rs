//! The audit log: what those who run the server did. It is only ever added to, and each entry carries the hash of all before
//! it, so that a change, a gap or a cut shows.

use std::fmt::Write;

use async_trait::async_trait;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::StorageResult;
use crate::domain::clock::Timestamp;
use crate::domain::person::Author;

/// The hash before the first entry.
pub const BEGINNING: AuditHash = [0; 32];

/// SHA-256 over an entry and all before it.
pub type AuditHash = [u8; 32];

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Author,
    /// From where: an address, or `console`.
    pub origin: String,
    /// What, such as `user.suspend`.
    pub action: String,
    /// To whom or what: `user:ann`, `room:lobby`.
    pub target: String,
    /// What else there is to say, as JSON.
    pub details: String,
}

impl Act {
    /// The hash of this entry behind `before`. Every field goes in with its length in front (eight bytes, big-endian), so
    /// that nothing can be moved from one field into the next: `before`, number, time, id and name of the actor, origin,
    /// action, target, details.
    #[must_use]
    pub fn hash(&self, before: &AuditHash, id: i64) -> AuditHash {
        let mut all = Sha256::new();
        let (id, at) = (id.to_be_bytes(), self.at.0.to_be_bytes());
        let fields: [&[u8]; 9] = [
            before,
            &id,
            &at,
            self.actor.id.as_bytes(),
            self.actor.name.as_str().as_bytes(),
            self.origin.as_bytes(),
            self.action.as_bytes(),
            self.target.as_bytes(),
            self.details.as_bytes(),
        ];
        for field in fields {
            all.update((field.len() as u64).to_be_bytes());
            all.update(field);
        }
        all.finalize().into()
    }
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number: from 1, without gaps.
    pub id: i64,
    /// What was done.
    pub act: Act,
    /// Its hash.
    pub hash: AuditHash,
}

/// A hash as people and programs read it.
#[must_use]
pub fn hex(hash: &AuditHash) -> String {
    hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// An entry of the audit log, as programs read it.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct ShownEntry<'a> {
    /// From 1, without gaps.
    id: i64,
    at: Timestamp,
    actor: &'a Author,
    /// An address, or `console`.
    origin: &'a str,
    action: &'a str,
    target: &'a str,
    /// What else there is to say; each action has its own.
    details: Value,
    /// SHA-256 over this entry and all before it.
    hash: String,
}

impl AuditEntry {
    /// The entry as programs read it.
    #[must_use]
    pub fn shown(&self) -> ShownEntry<'_> {
        ShownEntry {
            id: self.id,
            at: self.act.at,
            actor: &self.act.actor,
            origin: &self.act.origin,
            action: &self.act.action,
            target: &self.act.target,
            details: serde_json::from_str(&self.act.details).unwrap_or(Value::Null),
            hash: hex(&self.hash),
        }
    }

    /// The same as a value.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!(self.shown())
    }
}

/// Which entries to list; empty texts are any.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// The name of the actor.
    pub actor: String,
    /// What the action begins with: `user.` is all about accounts.
    pub action: String,
    /// The target.
    pub target: String,
}

/// What a check of the whole log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many entries were read.
    pub entries: u64,
    /// The hash of the last good one: kept elsewhere, it shows a cut at the end.
    pub last: AuditHash,
    /// The first entry that does not follow from those before it.
    pub broken_at: Option<i64>,
}

/// What a check of the whole log says, as programs read it.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditCheck)]
pub struct ShownCheck {
    whole: bool,
    entries: u64,
    /// Kept elsewhere, it shows a cut at the end.
    last_hash: String,
    /// The first entry that does not follow from the one before.
    broken_at: Option<i64>,
}

impl Verified {
    /// The outcome as programs read it.
    #[must_use]
    pub fn shown(&self) -> ShownCheck {
        ShownCheck {
            whole: self.broken_at.is_none(),
            entries: self.entries,
            last_hash: hex(&self.last),
            broken_at: self.broken_at,
        }
    }

    /// The same as a value.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!(self.shown())
    }
}

/// The audit log.
#[async_trait]
pub trait Audit {
    /// Adds an entry.
    async fn append_audit(&self, act: &Act) -> StorageResult<AuditEntry>;

    /// Entries below the number `before` (all, with `None`), the newest first, at most `limit`.
    async fn audit(&self, filter: &AuditFilter, before: Option<i64>, limit: usize) -> StorageResult<Vec<AuditEntry>>;

    /// Reads everything and looks whether each entry follows from the one before.
    async fn verify_audit(&self) -> StorageResult<Verified>;
}
