//! The table `audit`.

use async_trait::async_trait;
use sqlx::SqliteConnection;

use super::error::inconsistent;
use super::{SqliteStore, row_limit, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::name::UserName;
use crate::domain::person::Author;
use crate::storage::audit::{Act, AuditEntry, AuditFilter, AuditHash, BEGINNING, Verified};
use crate::storage::{Audit, StorageResult};

const LAST: &str = "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1";

const INSERT: &str = "
INSERT INTO audit (id, at, actor_id, actor_name, origin, action, target, details, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

const LIST: &str = "
SELECT id, at, actor_id, actor_name, origin, action, target, details, hash FROM audit
WHERE id < $1 AND ($2 = '' OR actor_name = $2 COLLATE NOCASE) AND substr(action, 1, length($3)) = $3
    AND ($4 = '' OR target = $4)
ORDER BY id DESC LIMIT $5";

const IN_ORDER: &str = "
SELECT id, at, actor_id, actor_name, origin, action, target, details, hash FROM audit
WHERE id > $1 ORDER BY id LIMIT $2";

/// Entries read at a time when all are checked.
const PAGE: usize = 1000;

type Row = (i64, i64, Vec<u8>, String, String, String, String, String, Vec<u8>);

fn entry((id, at, actor, name, origin, action, target, details, hash): Row) -> StorageResult<AuditEntry> {
    let actor = Author { id: user_id(&actor)?, name: UserName::trusted(name) };
    let act = Act { at: Timestamp(at), actor, origin, action, target, details };
    Ok(AuditEntry { id, act, hash: to_hash(&hash)? })
}

fn to_hash(bytes: &[u8]) -> StorageResult<AuditHash> {
    bytes.try_into().map_err(|_| inconsistent("a hash that has not 32 bytes"))
}

/// Adds an entry within a transaction that somebody else ends.
pub(super) async fn append(connection: &mut SqliteConnection, act: &Act) -> StorageResult<AuditEntry> {
    let last: Option<(i64, Vec<u8>)> = sqlx::query_as(LAST).fetch_optional(&mut *connection).await?;
    let (id, before) = match last {
        Some((id, hash)) => (id + 1, to_hash(&hash)?),
        None => (1, BEGINNING),
    };
    let hash = act.hash(&before, id);
    sqlx::query(INSERT)
        .bind(id)
        .bind(act.at.0)
        .bind(act.actor.id.as_bytes().as_slice())
        .bind(act.actor.name.as_str())
        .bind(&act.origin)
        .bind(&act.action)
        .bind(&act.target)
        .bind(&act.details)
        .bind(hash.as_slice())
        .execute(connection)
        .await?;
    Ok(AuditEntry { id, act: act.clone(), hash })
}

#[async_trait]
impl Audit for SqliteStore {
    async fn append_audit(&self, act: &Act) -> StorageResult<AuditEntry> {
        let mut tx = self.begin().await?;
        let entry = append(&mut tx, act).await?;
        tx.commit().await?;
        Ok(entry)
    }

    async fn audit(&self, filter: &AuditFilter, before: Option<i64>, limit: usize) -> StorageResult<Vec<AuditEntry>> {
        let rows: Vec<Row> = sqlx::query_as(LIST)
            .bind(before.unwrap_or(i64::MAX))
            .bind(&filter.actor)
            .bind(&filter.action)
            .bind(&filter.target)
            .bind(row_limit(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(entry).collect()
    }

    async fn verify_audit(&self) -> StorageResult<Verified> {
        let mut verified = Verified { entries: 0, last: BEGINNING, broken_at: None };
        let mut last_id = 0;
        loop {
            let rows: Vec<Row> =
                sqlx::query_as(IN_ORDER).bind(last_id).bind(row_limit(PAGE)).fetch_all(&self.readers).await?;
            if rows.is_empty() {
                return Ok(verified);
            }
            for row in rows {
                let found = entry(row)?;
                if found.id != last_id + 1 || found.act.hash(&verified.last, found.id) != found.hash {
                    verified.broken_at = Some(last_id + 1);
                    return Ok(verified);
                }
                last_id = found.id;
                verified.entries += 1;
                verified.last = found.hash;
            }
        }
    }
}
