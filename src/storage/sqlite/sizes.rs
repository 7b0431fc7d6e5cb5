//! What takes the room, as SQLite itself counts its pages (<https://www.sqlite.org/dbstat.html>).

use std::fs;

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::error::inconsistent;
use super::examine::beside;
use super::{SqliteStore, from_sql};
use crate::domain::name::RoomName;
use crate::domain::room::RoomKind;
use crate::storage::sizes::{Content, RoomSize};
use crate::storage::{Measured, Sizes, StorageResult};

const FILE: &str = "
SELECT c.page_count * s.page_size, f.freelist_count * s.page_size
FROM pragma_page_count() c, pragma_page_size() s, pragma_freelist_count() f";

const TABLES: &str = "
SELECT coalesce(s.tbl_name, d.name), d.pgsize FROM dbstat d LEFT JOIN sqlite_schema s ON s.name = d.name
WHERE d.aggregate = TRUE";

/// In the order in which the rows lie: by the index it would be one look for each.
const ROOMS: &str = "
SELECT r.name, r.kind, r.messages, coalesce(sizes.bytes, 0)
FROM rooms r LEFT JOIN (
    SELECT room_id, sum(octet_length(text)) AS bytes FROM events NOT INDEXED GROUP BY room_id
) AS sizes ON sizes.room_id = r.id
ORDER BY 4 DESC, r.name_key";

const LOG_TABLES: [&str; 6] = ["events", "message_states", "reactions", "mentions", "nonces", "removed_rooms"];

#[async_trait]
impl Measured for SqliteStore {
    async fn sizes(&self, rooms: usize) -> StorageResult<Sizes> {
        let mut reader = self.readers.acquire().await?;
        let (file, free): (i64, i64) = sqlx::query_as(FILE).fetch_one(&mut *reader).await?;
        let mut sizes = Sizes {
            file: from_sql(file)?,
            free: from_sql(free)?,
            // There is none while nothing was written.
            log: fs::metadata(beside(&self.path, "-wal")).map_or(0, |log| log.len()),
            ..Sizes::default()
        };
        tables(&mut reader, &mut sizes).await?;
        for row in sqlx::query(ROOMS).fetch_all(&mut *reader).await? {
            let room = room(&row)?;
            if room.kind == RoomKind::Direct {
                sizes.direct.messages += room.content.messages;
                sizes.direct.bytes += room.content.bytes;
            } else if sizes.rooms.len() < rooms {
                sizes.rooms.push(room);
            }
        }
        Ok(sizes)
    }
}

async fn tables(connection: &mut SqliteConnection, sizes: &mut Sizes) -> StorageResult<()> {
    let rows: Vec<(String, i64)> = sqlx::query_as(TABLES).fetch_all(connection).await?;
    for (table, bytes) in rows {
        match table.as_str() {
            table if LOG_TABLES.contains(&table) => sizes.messages += from_sql(bytes)?,
            table if table.starts_with("search_") => sizes.search += from_sql(bytes)?,
            _ => {}
        }
    }
    // With what belongs to no table: maps of pages, say.
    sizes.other = sizes.file.saturating_sub(sizes.free + sizes.messages + sizes.search);
    Ok(())
}

fn room(row: &SqliteRow) -> StorageResult<RoomSize> {
    let kind: &str = row.try_get(1)?;
    Ok(RoomSize {
        name: RoomName::trusted(row.try_get(0)?),
        kind: RoomKind::parse(kind).ok_or_else(|| inconsistent("a room of an unknown kind"))?,
        content: Content { messages: from_sql(row.try_get(2)?)?, bytes: from_sql(row.try_get(3)?)? },
    })
}
