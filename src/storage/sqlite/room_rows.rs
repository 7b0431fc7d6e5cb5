//! Rows of rooms and memberships: from columns to values.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::append::from_json;
use super::error::inconsistent;
use super::state_rows::id_of;
use super::{from_sql, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::ids::RoomId;
use crate::domain::membership::{Level, Mark, Membership, Role};
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::Author;
use crate::domain::room::{Description, RoomInfo, RoomKind, Topic};
use crate::domain::room_rules::RoomRules;
use crate::storage::StorageResult;
use crate::storage::rooms::{ListedRoom, NamedMember};

/// The room of a row that begins with id, name, kind, topic, `last_seq`, `made_by`, `made_at`, description, archived,
/// messages, and has `slow_mode` and `rules` somewhere.
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
        description: Description::trusted(row.try_get(7)?),
        archived: row.try_get(8)?,
        messages: from_sql(row.try_get(9)?)?,
        slow_mode: row.try_get("slow_mode")?,
        rules: rules(row.try_get("rules")?)?,
    })
}

/// The membership in the columns user, role, `muted_until`, banned, `read_seq`, `read_n`, level from `first` on; `None` if
/// they are NULL.
pub(super) fn membership(row: &SqliteRow, first: usize) -> StorageResult<Option<Membership>> {
    let Some(user) = row.try_get::<Option<&[u8]>, _>(first)? else {
        return Ok(None);
    };
    Ok(Some(Membership {
        user: user_id(user)?,
        role: role(row.try_get(first + 1)?)?,
        muted_until: row.try_get::<Option<i64>, _>(first + 2)?.map(Timestamp),
        banned: row.try_get(first + 3)?,
        read: Mark { seq: from_sql(row.try_get(first + 4)?)?, n: from_sql(row.try_get(first + 5)?)? },
        level: level(row.try_get(first + 6)?)?,
        voice: false,
    }))
}

/// As they are kept: nothing for none.
pub(super) fn rules_text(rules: &RoomRules) -> StorageResult<String> {
    if *rules == RoomRules::default() { Ok(String::new()) } else { serde_json::to_string(rules).map_err(inconsistent) }
}

pub(super) fn rules(text: &str) -> StorageResult<RoomRules> {
    if text.is_empty() { Ok(RoomRules::default()) } else { from_json(text) }
}

fn role(text: &str) -> StorageResult<Role> {
    Role::parse(text).ok_or_else(|| inconsistent("an unknown role"))
}

fn level(text: &str) -> StorageResult<Level> {
    Level::parse(text).ok_or_else(|| inconsistent("an unknown level"))
}

/// A row that is a membership and nothing else.
pub(super) fn stored_membership(row: &SqliteRow) -> StorageResult<Membership> {
    membership(row, 0)?.ok_or_else(|| inconsistent("a membership of nobody"))
}

/// Room, number of members, membership of the person who asks, the others of a direct room, how often the person was
/// called above the read cursor.
pub(super) fn listed_room(row: &SqliteRow) -> StorageResult<ListedRoom> {
    Ok(ListedRoom {
        info: room_info(row)?,
        members: from_sql(row.try_get(10)?)?,
        membership: membership(row, 11)?,
        others: people(row.try_get(18)?)?,
        mentions: from_sql(row.try_get(19)?)?,
    })
}

/// People of a JSON array of hex ids and names.
pub(super) fn people(json: &str) -> StorageResult<Vec<Author>> {
    let people: Vec<(String, String)> = from_json(json)?;
    people.into_iter().map(|(id, name)| Ok(Author { id: id_of(&id)?, name: UserName::trusted(name) })).collect()
}

/// A membership and the name of its account.
pub(super) fn named_member(row: &SqliteRow) -> StorageResult<NamedMember> {
    let membership = stored_membership(row)?;
    let person = Author { id: membership.user, name: UserName::trusted(row.try_get(7)?) };
    Ok(NamedMember { person, membership, is_bot: row.try_get(8)? })
}
