//! Rows of an export that lie beside rooms and their logs: invites, logins, reports, the audit log.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::export::{parsed, time, whose};
use super::{from_sql, user_id};
use crate::domain::clock::Timestamp;
use crate::storage::StorageResult;
use crate::storage::archive::{AuditLine, InviteLine, Line, LoginLine, ReportLine};

pub(super) fn invite(row: &SqliteRow) -> StorageResult<Option<Line>> {
    Ok(Some(Line::Invite(InviteLine {
        code: row.try_get(0)?,
        made_by: user_id(row.try_get(1)?)?,
        room: row.try_get(2)?,
        uses: row.try_get(3)?,
        max_uses: row.try_get(4)?,
        created_at: Timestamp(row.try_get(5)?),
        expires_at: time(row, 6)?,
    })))
}

pub(super) fn login(row: &SqliteRow) -> StorageResult<Option<Line>> {
    Ok(Some(Line::Login(LoginLine {
        id: user_id(row.try_get(0)?)?,
        user: user_id(row.try_get(1)?)?,
        kind: row.try_get(2)?,
        label: row.try_get(3)?,
        secret_hash: row.try_get(4)?,
        created_at: Timestamp(row.try_get(5)?),
        used_at: Timestamp(row.try_get(6)?),
        expires_at: time(row, 7)?,
        scope: row.try_get(8)?,
        rooms: parsed(row, 9)?,
        fixed: row.try_get(10)?,
    })))
}

pub(super) fn report(row: &SqliteRow) -> StorageResult<Option<Line>> {
    Ok(Some(Line::Report(Box::new(ReportLine {
        room: row.try_get(0)?,
        seq: from_sql(row.try_get(1)?)?,
        text: row.try_get(2)?,
        author: whose(row, 3)?,
        reporter: whose(row, 5)?,
        reason: row.try_get(7)?,
        at: Timestamp(row.try_get(8)?),
        closed_at: time(row, 9)?,
        closed_by: row.try_get(10)?,
        outcome: row.try_get(11)?,
    }))))
}

pub(super) fn audit(row: &SqliteRow) -> StorageResult<Option<Line>> {
    Ok(Some(Line::Audit(Box::new(AuditLine {
        id: row.try_get(0)?,
        at: Timestamp(row.try_get(1)?),
        actor: whose(row, 2)?,
        origin: row.try_get(4)?,
        action: row.try_get(5)?,
        target: row.try_get(6)?,
        details: row.try_get(7)?,
        hash: row.try_get(8)?,
    }))))
}
