//! The table `invites`. A use by a new account is counted where the account is made, see `users`.

use async_trait::async_trait;

use super::error::inconsistent;
use super::{SqliteStore, row_limit, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{RoomId, UserId};
use crate::domain::name::UserName;
use crate::domain::person::Author;
use crate::storage::invites::Invite;
use crate::storage::{Invites, StorageResult};

const INSERT: &str = "
INSERT INTO invites (code, made_by, room_id, uses, max_uses, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)";

const FIND: &str = "
SELECT i.code, i.made_by, u.name, i.room_id, i.uses, i.max_uses, i.created_at, i.expires_at
FROM invites i JOIN users u ON u.id = i.made_by
WHERE i.code = $1";

const LIST: &str = "
SELECT i.code, i.made_by, u.name, i.room_id, i.uses, i.max_uses, i.created_at, i.expires_at
FROM invites i JOIN users u ON u.id = i.made_by
WHERE i.made_by = $1
ORDER BY i.created_at DESC, i.code";

const OPEN: &str = "
SELECT i.code, i.made_by, u.name, i.room_id, i.uses, i.max_uses, i.created_at, i.expires_at
FROM invites i JOIN users u ON u.id = i.made_by
WHERE (i.max_uses IS NULL OR i.uses < i.max_uses) AND (i.expires_at IS NULL OR i.expires_at > $1)
ORDER BY i.created_at DESC, i.code LIMIT $2";

const TAKE_BACK: &str = "DELETE FROM invites WHERE code = $1";

const REVOKE: &str = "DELETE FROM invites WHERE made_by = $1 AND code = $2";

/// Looks and counts in one statement: of two people with the last use of an invite, one gets it.
pub(super) const USE_INVITE: &str = "
UPDATE invites SET uses = uses + 1
WHERE code = $1 AND (max_uses IS NULL OR uses < max_uses) AND (expires_at IS NULL OR expires_at > $2)";

type InviteRow = (String, Vec<u8>, String, Option<i64>, i64, Option<i64>, i64, Option<i64>);

fn invite((code, maker, name, room, uses, max, created_at, expires_at): InviteRow) -> StorageResult<Invite> {
    Ok(Invite {
        code,
        made_by: Author { id: user_id(&maker)?, name: UserName::trusted(name) },
        room: room.map(RoomId),
        uses: u32::try_from(uses).map_err(inconsistent)?,
        max_uses: max.map(u32::try_from).transpose().map_err(inconsistent)?,
        created_at: Timestamp(created_at),
        expires_at: expires_at.map(Timestamp),
    })
}

#[async_trait]
impl Invites for SqliteStore {
    async fn add_invite(&self, invite: &Invite) -> StorageResult<()> {
        sqlx::query(INSERT)
            .bind(&invite.code)
            .bind(invite.made_by.id.as_bytes().as_slice())
            .bind(invite.room.map(|room| room.0))
            .bind(i64::from(invite.uses))
            .bind(invite.max_uses.map(i64::from))
            .bind(invite.created_at.0)
            .bind(invite.expires_at.map(|at| at.0))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn invite(&self, code: &str) -> StorageResult<Option<Invite>> {
        let row: Option<InviteRow> = sqlx::query_as(FIND).bind(code).fetch_optional(&self.readers).await?;
        row.map(invite).transpose()
    }

    async fn use_invite(&self, code: &str, now: Timestamp) -> StorageResult<bool> {
        let used = sqlx::query(USE_INVITE).bind(code).bind(now.0).execute(&self.writer).await?;
        Ok(used.rows_affected() == 1)
    }

    async fn invites_of(&self, user: UserId) -> StorageResult<Vec<Invite>> {
        let rows: Vec<InviteRow> =
            sqlx::query_as(LIST).bind(user.as_bytes().as_slice()).fetch_all(&self.readers).await?;
        rows.into_iter().map(invite).collect()
    }

    async fn open_invites(&self, now: Timestamp, limit: usize) -> StorageResult<Vec<Invite>> {
        let rows: Vec<InviteRow> =
            sqlx::query_as(OPEN).bind(now.0).bind(row_limit(limit)).fetch_all(&self.readers).await?;
        rows.into_iter().map(invite).collect()
    }

    async fn take_back_invite(&self, code: &str) -> StorageResult<Option<Invite>> {
        let found = self.invite(code).await?;
        let gone = sqlx::query(TAKE_BACK).bind(code).execute(&self.writer).await?;
        Ok(found.filter(|_| gone.rows_affected() == 1))
    }

    async fn revoke_invite(&self, user: UserId, code: &str) -> StorageResult<bool> {
        let revoked = sqlx::query(REVOKE).bind(user.as_bytes().as_slice()).bind(code).execute(&self.writer).await?;
        Ok(revoked.rows_affected() == 1)
    }
}
