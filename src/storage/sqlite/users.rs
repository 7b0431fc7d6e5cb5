//! The table `users`.

use async_trait::async_trait;

use super::error::{inconsistent, is_taken};
use super::invites::USE_INVITE;
use super::{SqliteStore, from_sql, row_limit, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::name::{NameKey, UserName};
use crate::domain::person::SiteRole;
use crate::storage::users::{Account, NewAccount, Registered};
use crate::storage::{StorageResult, Users};

const BY_ID: &str = "SELECT id, name, site_role, created_at FROM users WHERE id = $1";

const BY_NAME: &str = "SELECT id, name, site_role, created_at FROM users WHERE name_key = $1";

const CREDENTIALS: &str = "
SELECT id, name, site_role, created_at, password_hash FROM users WHERE name_key = $1";

const LIST: &str = "
SELECT id, name, site_role, created_at FROM users WHERE name_key > $1 ORDER BY name_key LIMIT $2";

const COUNT: &str = "SELECT count(*) FROM users";

const HAS_ANY: &str = "SELECT EXISTS (SELECT 1 FROM users)";

const INSERT: &str = "
INSERT INTO users (id, name, name_key, password_hash, site_role, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (name_key) DO NOTHING";

const RENAME: &str = "UPDATE users SET name = $2, name_key = $3 WHERE id = $1";

const SET_PASSWORD: &str = "UPDATE users SET password_hash = $2 WHERE id = $1";

/// A row of `users`, as the driver gives it.
pub(super) type AccountRow = (Vec<u8>, String, String, i64);

/// The account of a row.
pub(super) fn account((id, name, site_role, created_at): AccountRow) -> StorageResult<Account> {
    Ok(Account {
        id: user_id(&id)?,
        name: UserName::trusted(name),
        site_role: SiteRole::parse(&site_role).ok_or_else(|| inconsistent("an unknown site role"))?,
        created_at: Timestamp(created_at),
    })
}

#[async_trait]
impl Users for SqliteStore {
    async fn add_user(&self, new: &NewAccount, only_if_first: bool, now: Timestamp) -> StorageResult<Registered> {
        let mut tx = self.begin().await?;
        if only_if_first && sqlx::query_scalar::<_, bool>(HAS_ANY).fetch_one(&mut *tx).await? {
            tx.rollback().await?;
            return Ok(Registered::NotFirst);
        }
        if let Some(code) = &new.invite {
            let used = sqlx::query(USE_INVITE).bind(code).bind(now.0).execute(&mut *tx).await?;
            if used.rows_affected() == 0 {
                tx.rollback().await?;
                return Ok(Registered::InviteUsedUp);
            }
        }
        let account = &new.account;
        let inserted = sqlx::query(INSERT)
            .bind(account.id.as_bytes().as_slice())
            .bind(account.name.as_str())
            .bind(account.name.key().as_str())
            .bind(&new.password_hash)
            .bind(account.site_role.as_str())
            .bind(account.created_at.0)
            .execute(&mut *tx)
            .await?;
        if inserted.rows_affected() == 0 {
            tx.rollback().await?;
            return Ok(Registered::NameTaken);
        }
        tx.commit().await?;
        Ok(Registered::Done)
    }

    async fn user(&self, id: UserId) -> StorageResult<Option<Account>> {
        let row: Option<AccountRow> =
            sqlx::query_as(BY_ID).bind(id.as_bytes().as_slice()).fetch_optional(&self.readers).await?;
        row.map(account).transpose()
    }

    async fn user_by_name(&self, key: &NameKey) -> StorageResult<Option<Account>> {
        let row: Option<AccountRow> = sqlx::query_as(BY_NAME).bind(key.as_str()).fetch_optional(&self.readers).await?;
        row.map(account).transpose()
    }

    async fn credentials(&self, key: &NameKey) -> StorageResult<Option<(Account, String)>> {
        let row: Option<(Vec<u8>, String, String, i64, String)> =
            sqlx::query_as(CREDENTIALS).bind(key.as_str()).fetch_optional(&self.readers).await?;
        row.map(|(id, name, role, at, hash)| Ok((account((id, name, role, at))?, hash))).transpose()
    }

    async fn users(&self, after: Option<&NameKey>, limit: usize) -> StorageResult<Vec<Account>> {
        let rows: Vec<AccountRow> = sqlx::query_as(LIST)
            .bind(after.map_or("", NameKey::as_str))
            .bind(row_limit(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(account).collect()
    }

    async fn count_users(&self) -> StorageResult<u64> {
        from_sql(sqlx::query_scalar(COUNT).fetch_one(&self.readers).await?)
    }

    async fn rename_user(&self, id: UserId, name: &UserName) -> StorageResult<bool> {
        let renamed = sqlx::query(RENAME)
            .bind(id.as_bytes().as_slice())
            .bind(name.as_str())
            .bind(name.key().as_str())
            .execute(&self.writer)
            .await;
        match renamed {
            Ok(_) => Ok(true),
            Err(error) if is_taken(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn set_password(&self, id: UserId, password_hash: &str) -> StorageResult<()> {
        sqlx::query(SET_PASSWORD).bind(id.as_bytes().as_slice()).bind(password_hash).execute(&self.writer).await?;
        Ok(())
    }
}
