//! The tables `recovery_codes`, `reset_links` and `identities`, and the second factor in `users`.

use async_trait::async_trait;

use super::users::{AccountRow, account};
use super::{SqliteStore, from_sql, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{DeviceId, UserId};
use crate::storage::credentials::{AddedIdentity, Reset};
use crate::storage::devices::SecretHash;
use crate::storage::users::Account;
use crate::storage::{Credentials, StorageResult};

const FACTOR: &str = "SELECT totp_secret FROM users WHERE id = $1 AND totp_secret IS NOT NULL";

const SET_FACTOR: &str = "UPDATE users SET totp_secret = $2, totp_step = $3 WHERE id = $1";

const REMOVE_FACTOR: &str =
    "UPDATE users SET totp_secret = NULL, totp_step = NULL WHERE id = $1 AND totp_secret IS NOT NULL";

/// Looks and notes in one statement: no step works twice.
const TAKE_STEP: &str = "
UPDATE users SET totp_step = $2
WHERE id = $1 AND totp_secret IS NOT NULL AND (totp_step IS NULL OR totp_step < $2)";

const ADD_CODE: &str = "INSERT INTO recovery_codes (user_id, hash) VALUES ($1, $2) ON CONFLICT DO NOTHING";

const TAKE_CODE: &str = "DELETE FROM recovery_codes WHERE user_id = $1 AND hash = $2";

const CLEAR_CODES: &str = "DELETE FROM recovery_codes WHERE user_id = $1";

const COUNT_CODES: &str = "SELECT count(*) FROM recovery_codes WHERE user_id = $1";

const CLEAR_LINKS: &str = "DELETE FROM reset_links WHERE user_id = $1";

const ADD_LINK: &str = "INSERT INTO reset_links (hash, user_id, expires_at) VALUES ($1, $2, $3)";

const OF_LINK: &str = "
SELECT u.id, u.name, u.site_role, u.created_at FROM reset_links l JOIN users u ON u.id = l.user_id
WHERE l.hash = $1 AND l.expires_at > $2";

const SET_PASSWORD: &str = "UPDATE users SET password_hash = $2 WHERE id = $1";

const END_LOGINS: &str = "DELETE FROM devices WHERE user_id = $1 RETURNING id";

const IDENTITY: &str = "
SELECT u.id, u.name, u.site_role, u.created_at
FROM identities i JOIN users u ON u.id = i.user_id
WHERE i.issuer = $1 AND i.subject = $2";

/// Without a password: nobody logs in by one.
const ADD_ACCOUNT: &str = "
INSERT INTO users (id, name, name_key, password_hash, site_role, created_at) VALUES ($1, $2, $3, '', $4, $5)
ON CONFLICT (name_key) DO NOTHING";

const ADD_IDENTITY: &str = "
INSERT INTO identities (issuer, subject, user_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

const ISSUERS: &str = "SELECT issuer FROM identities WHERE user_id = $1 ORDER BY created_at, issuer";

const REMOVE_IDENTITY: &str = "DELETE FROM identities WHERE user_id = $1 AND issuer = $2";

#[async_trait]
impl Credentials for SqliteStore {
    async fn second_factor(&self, user: UserId) -> StorageResult<Option<Vec<u8>>> {
        let query = sqlx::query_scalar(FACTOR).bind(user.as_bytes().as_slice());
        Ok(query.fetch_optional(&self.readers).await?)
    }

    async fn set_second_factor(
        &self,
        user: UserId,
        secret: &[u8],
        step: i64,
        recovery: &[SecretHash],
    ) -> StorageResult<()> {
        let mut tx = self.begin().await?;
        let id = user.as_bytes().as_slice();
        sqlx::query(SET_FACTOR).bind(id).bind(secret).bind(step).execute(&mut *tx).await?;
        sqlx::query(CLEAR_CODES).bind(id).execute(&mut *tx).await?;
        for code in recovery {
            sqlx::query(ADD_CODE).bind(id).bind(code.as_slice()).execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn remove_second_factor(&self, user: UserId) -> StorageResult<bool> {
        let mut tx = self.begin().await?;
        let id = user.as_bytes().as_slice();
        let removed = sqlx::query(REMOVE_FACTOR).bind(id).execute(&mut *tx).await?;
        sqlx::query(CLEAR_CODES).bind(id).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(removed.rows_affected() == 1)
    }

    async fn take_step(&self, user: UserId, step: i64) -> StorageResult<bool> {
        let taken = sqlx::query(TAKE_STEP).bind(user.as_bytes().as_slice()).bind(step).execute(&self.writer).await?;
        Ok(taken.rows_affected() == 1)
    }

    async fn take_recovery_code(&self, user: UserId, code: &SecretHash) -> StorageResult<bool> {
        let query = sqlx::query(TAKE_CODE).bind(user.as_bytes().as_slice()).bind(code.as_slice());
        Ok(query.execute(&self.writer).await?.rows_affected() == 1)
    }

    async fn set_recovery_codes(&self, user: UserId, codes: &[SecretHash]) -> StorageResult<()> {
        let mut tx = self.begin().await?;
        let id = user.as_bytes().as_slice();
        sqlx::query(CLEAR_CODES).bind(id).execute(&mut *tx).await?;
        for code in codes {
            sqlx::query(ADD_CODE).bind(id).bind(code.as_slice()).execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn recovery_codes_left(&self, user: UserId) -> StorageResult<u64> {
        from_sql(sqlx::query_scalar(COUNT_CODES).bind(user.as_bytes().as_slice()).fetch_one(&self.readers).await?)
    }

    async fn add_reset_link(&self, user: UserId, link: &SecretHash, expires_at: Timestamp) -> StorageResult<()> {
        let mut tx = self.begin().await?;
        let id = user.as_bytes().as_slice();
        sqlx::query(CLEAR_LINKS).bind(id).execute(&mut *tx).await?;
        sqlx::query(ADD_LINK).bind(link.as_slice()).bind(id).bind(expires_at.0).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn reset_link(&self, link: &SecretHash, now: Timestamp) -> StorageResult<Option<Account>> {
        let row: Option<AccountRow> =
            sqlx::query_as(OF_LINK).bind(link.as_slice()).bind(now.0).fetch_optional(&self.readers).await?;
        row.map(account).transpose()
    }

    async fn use_reset_link(
        &self,
        link: &SecretHash,
        password_hash: &str,
        now: Timestamp,
    ) -> StorageResult<Option<Reset>> {
        let mut tx = self.begin().await?;
        let row: Option<AccountRow> =
            sqlx::query_as(OF_LINK).bind(link.as_slice()).bind(now.0).fetch_optional(&mut *tx).await?;
        let Some(account) = row.map(account).transpose()? else {
            tx.rollback().await?;
            return Ok(None);
        };
        let id = account.id.as_bytes().as_slice();
        sqlx::query(SET_PASSWORD).bind(id).bind(password_hash).execute(&mut *tx).await?;
        sqlx::query(CLEAR_LINKS).bind(id).execute(&mut *tx).await?;
        let ended: Vec<Vec<u8>> = sqlx::query_scalar(END_LOGINS).bind(id).fetch_all(&mut *tx).await?;
        tx.commit().await?;
        let ended = ended.iter().map(|id| user_id(id).map(|id| DeviceId(id.0))).collect::<StorageResult<_>>()?;
        Ok(Some(Reset { account, ended }))
    }

    async fn identity(&self, issuer: &str, subject: &str) -> StorageResult<Option<Account>> {
        let row: Option<AccountRow> =
            sqlx::query_as(IDENTITY).bind(issuer).bind(subject).fetch_optional(&self.readers).await?;
        row.map(account).transpose()
    }

    async fn add_identity(&self, account: &Account, issuer: &str, subject: &str) -> StorageResult<AddedIdentity> {
        let mut tx = self.begin().await?;
        let id = account.id.as_bytes().as_slice();
        let made = sqlx::query(ADD_ACCOUNT)
            .bind(id)
            .bind(account.name.as_str())
            .bind(account.name.key().as_str())
            .bind(account.site_role.as_str())
            .bind(account.created_at.0)
            .execute(&mut *tx)
            .await?;
        if made.rows_affected() == 0 {
            tx.rollback().await?;
            return Ok(AddedIdentity::NameTaken);
        }
        let query = sqlx::query(ADD_IDENTITY).bind(issuer).bind(subject).bind(id).bind(account.created_at.0);
        if query.execute(&mut *tx).await?.rows_affected() == 0 {
            tx.rollback().await?;
            return Ok(AddedIdentity::KnownAlready);
        }
        tx.commit().await?;
        Ok(AddedIdentity::Done)
    }

    async fn connect_identity(&self, user: UserId, issuer: &str, subject: &str, now: Timestamp) -> StorageResult<bool> {
        let mut tx = self.begin().await?;
        let id = user.as_bytes().as_slice();
        sqlx::query(ADD_IDENTITY).bind(issuer).bind(subject).bind(id).bind(now.0).execute(&mut *tx).await?;
        let row: Option<AccountRow> =
            sqlx::query_as(IDENTITY).bind(issuer).bind(subject).fetch_optional(&mut *tx).await?;
        tx.commit().await?;
        Ok(row.map(account).transpose()?.is_some_and(|account| account.id == user))
    }

    async fn issuers(&self, user: UserId) -> StorageResult<Vec<String>> {
        Ok(sqlx::query_scalar(ISSUERS).bind(user.as_bytes().as_slice()).fetch_all(&self.readers).await?)
    }

    async fn disconnect_identity(&self, user: UserId, issuer: &str) -> StorageResult<bool> {
        let query = sqlx::query(REMOVE_IDENTITY).bind(user.as_bytes().as_slice()).bind(issuer);
        Ok(query.execute(&self.writer).await?.rows_affected() > 0)
    }
}
