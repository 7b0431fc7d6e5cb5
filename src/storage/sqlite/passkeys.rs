//! The table `passkeys`.

use async_trait::async_trait;

use super::{SqliteStore, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::storage::passkeys::StoredPasskey;
use crate::storage::{Passkeys, StorageResult};

/// Counts and adds in one statement: two who add the last one at once do not both.
const ADD: &str = "
INSERT INTO passkeys (credential, user_id, label, key, created_at, used_at)
SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM passkeys WHERE user_id = $2) < $7
ON CONFLICT DO NOTHING";

const LIST: &str = "
SELECT credential, user_id, label, key, created_at, used_at FROM passkeys
WHERE user_id = $1 ORDER BY created_at, credential";

const USE: &str = "UPDATE passkeys SET key = $3, used_at = $4 WHERE credential = $1 AND key = $2";

const REMOVE: &str = "DELETE FROM passkeys WHERE user_id = $1 AND credential = $2";

type Row = (Vec<u8>, Vec<u8>, String, String, i64, Option<i64>);

fn passkey((credential, user, label, key, created_at, used_at): Row) -> StorageResult<StoredPasskey> {
    let (created_at, used_at) = (Timestamp(created_at), used_at.map(Timestamp));
    Ok(StoredPasskey { credential, user: user_id(&user)?, label, key, created_at, used_at })
}

#[async_trait]
impl Passkeys for SqliteStore {
    async fn add_passkey(&self, passkey: &StoredPasskey, most: u32) -> StorageResult<bool> {
        let added = sqlx::query(ADD)
            .bind(&passkey.credential)
            .bind(passkey.user.as_bytes().as_slice())
            .bind(&passkey.label)
            .bind(&passkey.key)
            .bind(passkey.created_at.0)
            .bind(passkey.used_at.map(|at| at.0))
            .bind(most)
            .execute(&self.writer)
            .await?;
        Ok(added.rows_affected() == 1)
    }

    async fn passkeys(&self, user: UserId) -> StorageResult<Vec<StoredPasskey>> {
        let rows: Vec<Row> = sqlx::query_as(LIST).bind(user.as_bytes().as_slice()).fetch_all(&self.readers).await?;
        rows.into_iter().map(passkey).collect()
    }

    async fn use_passkey(&self, passkey: &StoredPasskey, before: &str, now: Timestamp) -> StorageResult<bool> {
        let query = sqlx::query(USE).bind(&passkey.credential).bind(before).bind(&passkey.key).bind(now.0);
        Ok(query.execute(&self.writer).await?.rows_affected() == 1)
    }

    async fn remove_passkey(&self, user: UserId, credential: &[u8]) -> StorageResult<bool> {
        let query = sqlx::query(REMOVE).bind(user.as_bytes().as_slice()).bind(credential);
        Ok(query.execute(&self.writer).await?.rows_affected() == 1)
    }
}
