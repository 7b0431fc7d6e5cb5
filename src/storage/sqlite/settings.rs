//! The table `settings`.

use async_trait::async_trait;

use super::SqliteStore;
use crate::storage::{Settings, StorageResult};

const FIND: &str = "SELECT value FROM settings WHERE key = $1";

const SET: &str = "
INSERT INTO settings (key, value) VALUES ($1, $2)
ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/// The unqualified `value` is the one that was there before.
const FIND_OR_INSERT: &str = "
INSERT INTO settings (key, value) VALUES ($1, $2)
ON CONFLICT (key) DO UPDATE SET value = value
RETURNING value";

#[async_trait]
impl Settings for SqliteStore {
    async fn setting(&self, key: &str) -> StorageResult<Option<String>> {
        Ok(sqlx::query_scalar(FIND).bind(key).fetch_optional(&self.readers).await?)
    }

    async fn set_setting(&self, key: &str, value: &str) -> StorageResult<()> {
        sqlx::query(SET).bind(key).bind(value).execute(&self.writer).await?;
        Ok(())
    }

    async fn setting_or_insert(&self, key: &str, value: &str) -> StorageResult<String> {
        // A start that comes to nothing leaves the file as it was.
        if let Some(known) = self.setting(key).await? {
            return Ok(known);
        }
        Ok(sqlx::query_scalar(FIND_OR_INSERT).bind(key).bind(value).fetch_one(&self.writer).await?)
    }
}
