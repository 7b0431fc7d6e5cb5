//! Reads everything out, as lines: on a connection of its own and in one transaction, so that it is one moment, also of a
//! database that a server holds.

use std::io;
use std::path::Path;

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection};

use super::backup::reading;
use super::error::{inconsistent, open_error};
use super::examine::{Depth, verdict};
use super::open::file_of;
use super::{from_sql, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::name::NameKey;
use crate::storage::archive::{
    BanLine, DeedLine, EventLine, FORMAT, Header, Line, MemberLine, Person, ReactionLine, RoomLine, Secrets,
    SettingLine, StateLine, UserLine, VERSION,
};
use crate::storage::settings::{SECRET, VAPID_KEY};
use crate::storage::{BackupError, StorageResult};

/// Events read at a time.
const PAGE: i64 = 1000;

const USERS: &str = "
SELECT u.id, u.name, u.site_role, u.created_at, u.suspended_at, u.suspended_reason, u.silenced, u.trusted_at,
    u.password_hash, lower(hex(u.totp_secret)), u.totp_step,
    (SELECT json_object('status_emoji', p.status_emoji, 'status_text', p.status_text, 'status_until', p.status_until,
        'busy', p.busy, 'hide_presence', p.hide_presence, 'hide_reads', p.hide_reads, 'last_seen_at', p.last_seen_at)
        FROM profiles p WHERE p.user_id = u.id),
    (SELECT json_object('theme', s.theme, 'density', s.density, 'language', s.language, 'sound', s.sound,
        'notify', s.notify, 'quiet_from', s.quiet_from, 'quiet_to', s.quiet_to, 'time_zone', s.time_zone)
        FROM preferences s WHERE s.user_id = u.id)
FROM users u
WHERE $1 IS NULL OR u.id IN (SELECT m.user_id FROM memberships m WHERE m.room_id = $1)
ORDER BY u.id";

const SETTINGS: &str = "SELECT key, value FROM settings ORDER BY key";

const BANS: &str = "
SELECT user_id, network, reason, made_by, made_by_name, made_at, ends_at FROM bans ORDER BY made_at, id";

const ROOMS: &str = "
SELECT id, name, kind, topic, description, archived, slow_mode, retention_days, direct_key, made_by, made_at, last_seq
FROM rooms WHERE $1 IS NULL OR id = $1 ORDER BY id";

const MEMBERS: &str = "
SELECT room_id, user_id, role, muted_until, banned, read_seq, read_n, level, joined_at FROM memberships
WHERE $1 IS NULL OR room_id = $1 ORDER BY room_id, user_id";

const EVENTS: &str = "
SELECT e.id, e.room_id, e.seq, e.kind, e.author_id, e.author_name, e.at, e.text, e.reply_to, e.thread, e.nonce, e.data,
    s.seq, s.text, s.edited_at, s.edits, s.deleted_at, s.deleted_id, s.deleted_name, s.pinned_at, s.pinned_id,
    s.pinned_name, s.replies, s.last_reply, s.last_reply_at,
    CASE WHEN s.reactions > 0 THEN (
        SELECT json_group_array(json_array(x.emoji, hex(x.user_id), x.user_name, x.event_seq) ORDER BY x.event_seq)
        FROM reactions x WHERE x.room_id = e.room_id AND x.seq = e.seq) END
FROM events e JOIN rooms r ON r.id = e.room_id
LEFT JOIN message_states s ON s.room_id = e.room_id AND s.seq = e.seq
WHERE e.id > $2 AND ($1 IS NULL OR e.room_id = $1) ORDER BY e.id LIMIT $3";

/// What to export.
#[derive(Debug, Clone, Default)]
pub struct ExportOptions {
    /// This room only, with its people.
    pub room: Option<String>,
    /// Also hashes of passwords and secrets of second factors.
    pub secrets: bool,
}

/// Why there is no export.
#[derive(Debug, derive_more::Display, derive_more::Error, derive_more::From)]
pub enum ExportError {
    /// The database is not there or cannot be opened.
    #[display("{_0}")]
    Open(BackupError),
    /// It cannot be read.
    #[display("{_0}")]
    Storage(crate::storage::StorageError),
    /// An older schema.
    #[display("the database has an older schema; start this version of the server on it once, then export")]
    Older,
    /// No such room.
    #[display("there is no room {name}; leave out --room for all rooms")]
    #[from(skip)]
    NoRoom {
        /// Which.
        #[error(not(source))]
        name: String,
    },
    /// The lines cannot be written.
    #[display("cannot write the export: {_0}")]
    Write(io::Error),
}

/// Writes the database that these settings name as lines. Answers how many.
///
/// # Errors
/// What was written then is not whole.
pub async fn export(
    url: Option<&str>,
    data_dir: &Path,
    options: &ExportOptions,
    now: Timestamp,
    sink: &mut (dyn FnMut(&Line) -> io::Result<()> + Send),
) -> Result<u64, ExportError> {
    let (path, _) = file_of(url, data_dir).map_err(BackupError::from)?;
    if !path.exists() {
        return Err(BackupError::NothingThere { path }.into());
    }
    let mut connection = reading(&path).await.map_err(BackupError::from)?;
    if verdict(&mut connection, &path, Depth::Start).await.map_err(BackupError::from)? != super::migrations::newest() {
        return Err(ExportError::Older);
    }
    let begun = sqlx::query("BEGIN").execute(&mut connection).await;
    begun.map_err(|error| BackupError::from(open_error(&path, &error)))?;
    let mut writer = Writer { connection, sink, lines: 0 };
    let outcome = writer.all(options, now).await;
    // It only ever read.
    let _ = writer.connection.close().await;
    outcome.map(|()| writer.lines)
}

/// True for what is nobody's business outside of this database: secrets, and places in its own tables.
pub(super) fn stays_here(key: &str) -> bool {
    const OWN: [&str; 5] = [SECRET, VAPID_KEY, "nonces_sorted_to", "search_indexed_to", "last_probe"];
    OWN.contains(&key)
        || key.starts_with("retention:")
        || ["secret", "password", "private", "token"].iter().any(|word| key.contains(word))
}

struct Writer<'s> {
    connection: SqliteConnection,
    sink: &'s mut (dyn FnMut(&Line) -> io::Result<()> + Send),
    lines: u64,
}

impl Writer<'_> {
    async fn all(&mut self, options: &ExportOptions, now: Timestamp) -> Result<(), ExportError> {
        let room = match &options.room {
            Some(name) => Some(self.room(name).await?),
            None => None,
        };
        let header = Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            made_at: now,
            secrets: options.secrets,
            room: options.room.clone(),
        };
        self.write(Line::Header(header))?;
        let users = sqlx::query(USERS).bind(room).fetch_all(&mut self.connection).await;
        self.each(users, |row| user(row, options.secrets))?;
        if room.is_none() {
            let settings = sqlx::query(SETTINGS).fetch_all(&mut self.connection).await;
            self.each(settings, setting)?;
            let bans = sqlx::query(BANS).fetch_all(&mut self.connection).await;
            self.each(bans, ban)?;
        }
        let rooms = sqlx::query(ROOMS).bind(room).fetch_all(&mut self.connection).await;
        self.each(rooms, room_line)?;
        let members = sqlx::query(MEMBERS).bind(room).fetch_all(&mut self.connection).await;
        self.each(members, member)?;
        let mut last = 0_i64;
        loop {
            let query = sqlx::query(EVENTS).bind(room).bind(last).bind(PAGE);
            let rows = query.fetch_all(&mut self.connection).await.map_err(crate::storage::StorageError::from)?;
            let Some(newest) = rows.last() else { return Ok(()) };
            last = newest.try_get(0).map_err(crate::storage::StorageError::from)?;
            self.each(Ok(rows), event)?;
        }
    }

    async fn room(&mut self, name: &str) -> Result<i64, ExportError> {
        let query = sqlx::query_scalar("SELECT id FROM rooms WHERE name_key = $1");
        let found = query.bind(NameKey::of(name).as_str()).fetch_optional(&mut self.connection).await;
        let found = found.map_err(crate::storage::StorageError::from)?;
        found.ok_or_else(|| ExportError::NoRoom { name: name.to_owned() })
    }

    fn each(
        &mut self,
        rows: Result<Vec<SqliteRow>, sqlx::Error>,
        line: impl Fn(&SqliteRow) -> StorageResult<Option<Line>>,
    ) -> Result<(), ExportError> {
        for row in rows.map_err(crate::storage::StorageError::from)? {
            if let Some(line) = line(&row)? {
                self.write(line)?;
            }
        }
        Ok(())
    }

    fn write(&mut self, line: Line) -> Result<(), ExportError> {
        (self.sink)(&line)?;
        self.lines += 1;
        Ok(())
    }
}

fn time(row: &SqliteRow, column: usize) -> StorageResult<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp))
}

fn id(row: &SqliteRow, column: usize) -> StorageResult<Option<UserId>> {
    row.try_get::<Option<&[u8]>, _>(column)?.map(user_id).transpose()
}

fn whose(row: &SqliteRow, first: usize) -> StorageResult<Person> {
    let id = id(row, first)?.ok_or_else(|| inconsistent("somebody without an id"))?;
    Ok(Person { id, name: row.try_get(first + 1)? })
}

fn parsed<T: serde::de::DeserializeOwned>(row: &SqliteRow, column: usize) -> StorageResult<Option<T>> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(|text| serde_json::from_str(text).map_err(inconsistent)).transpose()
}

fn user(row: &SqliteRow, with_secrets: bool) -> StorageResult<Option<Line>> {
    let secrets = with_secrets.then(|| {
        let totp_secret: Option<String> = row.try_get(9)?;
        let totp_secret = totp_secret.filter(|hex| !hex.is_empty());
        Ok::<_, sqlx::Error>(Secrets { password_hash: row.try_get(8)?, totp_secret, totp_step: row.try_get(10)? })
    });
    Ok(Some(Line::User(Box::new(UserLine {
        id: user_id(row.try_get(0)?)?,
        name: row.try_get(1)?,
        site_role: row.try_get(2)?,
        created_at: Timestamp(row.try_get(3)?),
        suspended_at: time(row, 4)?,
        suspended_reason: row.try_get(5)?,
        silenced: row.try_get(6)?,
        trusted_at: time(row, 7)?,
        secrets: secrets.transpose()?,
        profile: parsed(row, 11)?,
        preferences: parsed(row, 12)?,
    }))))
}

fn setting(row: &SqliteRow) -> StorageResult<Option<Line>> {
    let key: String = row.try_get(0)?;
    Ok(if stays_here(&key) { None } else { Some(Line::Setting(SettingLine { key, value: row.try_get(1)? })) })
}

fn ban(row: &SqliteRow) -> StorageResult<Option<Line>> {
    Ok(Some(Line::Ban(BanLine {
        user: id(row, 0)?,
        network: row.try_get(1)?,
        reason: row.try_get(2)?,
        by: whose(row, 3)?,
        at: Timestamp(row.try_get(5)?),
        ends_at: time(row, 6)?,
    })))
}

fn room_line(row: &SqliteRow) -> StorageResult<Option<Line>> {
    let people: Option<&[u8]> = row.try_get(8)?;
    Ok(Some(Line::Room(Box::new(RoomLine {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        kind: row.try_get(2)?,
        topic: row.try_get(3)?,
        description: row.try_get(4)?,
        archived: row.try_get(5)?,
        slow_mode: row.try_get(6)?,
        retention_days: row.try_get(7)?,
        people: people.unwrap_or_default().chunks(16).map(user_id).collect::<StorageResult<_>>()?,
        made_by: id(row, 9)?,
        made_at: Timestamp(row.try_get(10)?),
        events: from_sql(row.try_get(11)?)?,
    }))))
}

fn member(row: &SqliteRow) -> StorageResult<Option<Line>> {
    Ok(Some(Line::Member(MemberLine {
        room: row.try_get(0)?,
        user: user_id(row.try_get(1)?)?,
        role: row.try_get(2)?,
        muted_until: time(row, 3)?,
        banned: row.try_get(4)?,
        read_seq: from_sql(row.try_get(5)?)?,
        read_messages: from_sql(row.try_get(6)?)?,
        level: row.try_get(7)?,
        joined_at: Timestamp(row.try_get(8)?),
    })))
}

fn event(row: &SqliteRow) -> StorageResult<Option<Line>> {
    let number = |column: usize| row.try_get::<Option<i64>, _>(column)?.map(from_sql).transpose();
    Ok(Some(Line::Event(Box::new(EventLine {
        room: row.try_get(1)?,
        seq: from_sql(row.try_get(2)?)?,
        kind: row.try_get(3)?,
        author: whose(row, 4)?,
        at: Timestamp(row.try_get(6)?),
        text: row.try_get(7)?,
        target: number(8)?,
        thread: number(9)?,
        nonce: row.try_get(10)?,
        data: parsed(row, 11)?,
        state: number(12)?.map(|_| state(row)).transpose()?,
    }))))
}

fn state(row: &SqliteRow) -> StorageResult<StateLine> {
    let deed = |first: usize| {
        let at = time(row, first)?;
        at.map(|at| Ok::<_, crate::storage::StorageError>(DeedLine { by: whose(row, first + 1)?, at })).transpose()
    };
    let last_reply: (Option<i64>, Option<i64>) = (row.try_get(23)?, row.try_get(24)?);
    let last_reply = match last_reply {
        (Some(seq), Some(at)) => Some((from_sql(seq)?, Timestamp(at))),
        _ => None,
    };
    let reactions: Option<Vec<(String, UserId, String, u64)>> = parsed(row, 25)?;
    let reactions = reactions.unwrap_or_default().into_iter();
    Ok(StateLine {
        text: row.try_get(13)?,
        edited_at: time(row, 14)?,
        edits: row.try_get(15)?,
        deleted: deed(16)?,
        pinned: deed(19)?,
        replies: row.try_get(22)?,
        last_reply,
        reactions: reactions.map(|(emoji, user, name, event)| ReactionLine { emoji, user, name, event }).collect(),
    })
}
