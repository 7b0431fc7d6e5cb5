//! Rows of rooms and memberships: from columns to values.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::error::inconsistent;
use super::{from_sql, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::ids::{RoomId, UserId};
use crate::domain::membership::{Membership, Role};
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::Author;
use crate::domain::room::{RoomInfo, RoomKind, Topic};
use crate::storage::StorageResult;
use crate::storage::rooms::{ListedRoom, NamedMember};

/// The room of a row that begins with id, name, kind, topic, `last_seq`, `made_by`, `made_at`.
pub(super) fn room_info(row: &SqliteRow) -> StorageResult<RoomInfo> {
    let kind: &str = row.try_get(2)?;
    let made_by: Option<&[u8]> = row.try_get(5)?;
    Ok(RoomInfo {
        id: RoomId(row.try_get(0)?),
        name: RoomName::trusted(row.try_get(1)?),
        kind: RoomKind::parse(kind).ok_or_else(|| inconsistent("a room of an unknown kind"))?,
        topic: Topic::trusted(row.try_get(3)?),
        last_seq: from_sql(row.try_get(4)?)?,
        made_by: made_by.map(user_id).transpose()?,
        made_at: Timestamp(row.try_get(6)?),
    })
}

/// The membership in the columns user, role, `muted_until`, banned, `read_seq` from `first` on; `None` if they are NULL.
fn membership(row: &SqliteRow, first: usize) -> StorageResult<Option<Membership>> {
    let Some(user) = row.try_get::<Option<&[u8]>, _>(first)? else {
        return Ok(None);
    };
    Ok(Some(Membership {
        user: user_id(user)?,
        role: role(row.try_get(first + 1)?)?,
        muted_until: row.try_get::<Option<i64>, _>(first + 2)?.map(Timestamp),
        banned: row.try_get(first + 3)?,
        read_seq: from_sql(row.try_get(first + 4)?)?,
    }))
}

fn role(text: &str) -> StorageResult<Role> {
    Role::parse(text).ok_or_else(|| inconsistent("an unknown role"))
}

/// A row that is a membership and nothing else.
pub(super) fn stored_membership(row: &SqliteRow) -> StorageResult<Membership> {
    membership(row, 0)?.ok_or_else(|| inconsistent("a membership of nobody"))
}

/// Room, number of members, membership of the person who asks, id and name of the other one.
pub(super) fn listed_room(row: &SqliteRow) -> StorageResult<ListedRoom> {
    let other: Option<UserId> = row.try_get::<Option<&[u8]>, _>(13)?.map(user_id).transpose()?;
    let other_name: Option<String> = row.try_get(14)?;
    Ok(ListedRoom {
        info: room_info(row)?,
        members: from_sql(row.try_get(7)?)?,
        membership: membership(row, 8)?,
        other: other.zip(other_name).map(|(id, name)| Author { id, name: UserName::trusted(name) }),
    })
}

/// A membership and the name of its account.
pub(super) fn named_member(row: &SqliteRow) -> StorageResult<NamedMember> {
    let membership = stored_membership(row)?;
    let person = Author { id: membership.user, name: UserName::trusted(row.try_get(5)?) };
    Ok(NamedMember { person, membership })
}
