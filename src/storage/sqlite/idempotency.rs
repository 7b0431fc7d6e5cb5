//! The table `idempotency`.

use async_trait::async_trait;

use super::SqliteStore;
use super::error::inconsistent;
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::storage::idempotency::KeyState;
use crate::storage::{Idempotency, StorageResult};

const CLAIM: &str = "
INSERT INTO idempotency (user_id, key, fingerprint, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (user_id, key) DO NOTHING";

const FIND: &str = "SELECT fingerprint, status, body FROM idempotency WHERE user_id = $1 AND key = $2";

const FINISH: &str = "UPDATE idempotency SET status = $3, body = $4 WHERE user_id = $1 AND key = $2";

const RELEASE: &str = "DELETE FROM idempotency WHERE user_id = $1 AND key = $2 AND status IS NULL";

const PRUNE: &str = "DELETE FROM idempotency WHERE at < $1";

/// Requests that were under way when the process ended: nobody will ever finish them, and they may be tried again.
pub(super) const RELEASE_ALL: &str = "DELETE FROM idempotency WHERE status IS NULL";

#[async_trait]
impl Idempotency for SqliteStore {
    async fn claim_key(
        &self,
        user: UserId,
        key: &str,
        fingerprint: &[u8; 32],
        now: Timestamp,
    ) -> StorageResult<KeyState> {
        let mut tx = self.begin().await?;
        let claimed = sqlx::query(CLAIM)
            .bind(user.as_bytes().as_slice())
            .bind(key)
            .bind(fingerprint.as_slice())
            .bind(now.0)
            .execute(&mut *tx)
            .await?;
        if claimed.rows_affected() == 1 {
            tx.commit().await?;
            return Ok(KeyState::Claimed);
        }
        let (seen, status, body): (Vec<u8>, Option<i64>, Option<String>) =
            sqlx::query_as(FIND).bind(user.as_bytes().as_slice()).bind(key).fetch_one(&mut *tx).await?;
        tx.rollback().await?;
        Ok(match (status, body) {
            _ if seen != fingerprint => KeyState::OtherRequest,
            (Some(status), Some(body)) => {
                KeyState::Answered { status: u16::try_from(status).map_err(inconsistent)?, body }
            }
            _ => KeyState::UnderWay,
        })
    }

    async fn finish_request(&self, user: UserId, key: &str, status: u16, body: &str) -> StorageResult<()> {
        sqlx::query(FINISH)
            .bind(user.as_bytes().as_slice())
            .bind(key)
            .bind(i64::from(status))
            .bind(body)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn release_key(&self, user: UserId, key: &str) -> StorageResult<()> {
        sqlx::query(RELEASE).bind(user.as_bytes().as_slice()).bind(key).execute(&self.writer).await?;
        Ok(())
    }

    async fn prune_keys(&self, older_than: Timestamp) -> StorageResult<u64> {
        Ok(sqlx::query(PRUNE).bind(older_than.0).execute(&self.writer).await?.rows_affected())
    }
}
